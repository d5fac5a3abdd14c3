import type { Family } from "./families.ts";

/** Structure that only a forger writes into a message, and other marks that need no grammar. Weighted one by one. */
export const FORGERIES: { family: Family; weight: number; pattern: RegExp }[] = [
  {
    family: "delimiter",
    weight: 0.6,
    pattern: /<\|(?:im_start|start_header_id|system|user|assistant)\|>\s{0,4}(?:system|you |from now)/,
  },
  { family: "delimiter", weight: 0.3, pattern: /<\|(?:im_start|im_end|endoftext|eot_id|system|end)\|>/ },
  { family: "delimiter", weight: 0.5, pattern: /<<sys>>|\[\/?system(?: message| prompt)?\]/ },
  { family: "delimiter", weight: 0.25, pattern: /\[\/?inst\]/ },
  {
    family: "delimiter",
    weight: 0.45,
    pattern:
      /\S\s{0,8}\n\s{0,8}(?:#{1,6} ?|\*\*|\[)?(?:system|developer)(?: message| prompt| override)?(?:\*\*|\])?:\s{0,4}(?:you|your|the (?:user|assistant|model|ai)|all|new|ignore|disregard|override|safety|comply|disable|update|important|forget|always|never|reveal|answer|attention|grant|from now|content|policy|instructions?)\b/,
  },
  { family: "delimiter", weight: 0.35, pattern: /\n\s{0,8}assistant: (?:sure|ok|of course|certainly|absolutely|yes)/ },
  {
    family: "delimiter",
    weight: 0.5,
    pattern:
      /\b(?:end|start|begin|close) of (?:the )?(?:user |system |untrusted )?(?:input|prompt|conversation|instructions|query|message|data)\b(?=[^a-z]*\n|\s*[-=\]>*#])/,
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: /<\/?(?:system|user_input|user|instructions?|system_prompt|admin|untrusted)(?: [^<>\n]{0,80})?>\s*\S/,
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern: /\b(?:system|admin(?:istrator)?|security) (?:override|alert|notice|command|update):/,
  },
  { family: "delimiter", weight: 0.35, pattern: /\{\s{0,4}"role"\s{0,4}:\s{0,4}"(?:system|developer)"/ },
  { family: "delimiter", weight: 0.35, pattern: /\bnew system (?:prompt|message|instructions?|policy)\b/ },
  {
    family: "delimiter",
    weight: 0.4,
    pattern:
      /["'(:>]\s{0,4}system: ?(?:you|ignore|disregard|forget|the user|new|override|reveal|all|important|do not)\b/,
  },
  // Words to the machine in what it was given to read.
  {
    family: "delimiter",
    weight: 0.45,
    pattern: /<!--[^>]{0,40}\b(?:ai|assistant|llm|model|gpt|chatbot|agent)\b|\[\/\/\]: ?#|display: ?none|font-size: ?0/,
  },
  {
    family: "delimiter",
    weight: 0.45,
    pattern:
      /\b(?:note|message|attention|dear|hint|notice)\b[^a-z\n]{0,3}(?:to |for )?(?:the |any |all )?(?:language model|ai\b|llm|assistant|model reading|chatbot|gpt)/,
  },
  {
    family: "delimiter",
    weight: 0.35,
    pattern: /\b(?:ai|assistants?|llms?|models?|agents?)\b(?: reading this| processing this| must| shall)\b/,
  },
  {
    family: "delimiter",
    weight: 0.35,
    pattern: /(?:#|\/\/|\/\*|--|\() {0,2}(?:ai|assistant|llm|chatgpt|model|copilot)\b ?[:,]/,
  },
  {
    family: "role",
    weight: 0.6,
    pattern:
      /\bdo anything now\b|\b(?:jailbreak|dan|god|unrestricted|uncensored|evil|chaos) mode\b|\byou are (?:now )?dan\b/,
  },
  {
    family: "role",
    weight: 0.35,
    pattern: /\b(?:developer|sudo|debug|maintenance|root|admin) mode\b(?= (?:enabled|activated|on|is)\b|[.,;:!])/,
  },
  {
    family: "role",
    weight: 0.4,
    pattern:
      /\b(?:enter|enable|activate|switch to|in) (?:developer|sudo|debug|maintenance|root|admin) mode\b[.,;]? (?:you|there|all|and)\b/,
  },
  {
    family: "exfiltration",
    weight: 0.7,
    pattern: /!\[[^\]\n]{0,80}\]\(https?:[^)\s]{0,200}[?=/](?:[^)\n]{0,100})?[[{<$](?:[^)\n]{0,100})[)\]]/,
  },
  {
    family: "exfiltration",
    weight: 0.6,
    pattern:
      /https?:\/\/\S{3,120}[?&][\w-]{1,20}=(?:<|\{|\[)(?:[^\s]{0,40})?(?:key|secret|prompt|token|data|conv|history|password)/,
  },
  {
    family: "exfiltration",
    weight: 0.4,
    pattern:
      /\b(?:without (?:telling|informing|notifying|alerting)|do not (?:tell|inform|mention (?:this |it )?to|alert)|don't (?:tell|inform)) (?:the )?(?:user|anyone|anybody)\b/,
  },
  {
    family: "exfiltration",
    weight: 0.55,
    pattern: /\bexfiltrate\b[^.?\n]{0,100}https?:|https?:\/\/\S{3,100}\?\w{1,12}= (?:followed|plus|and|with) /,
  },
  {
    family: "encoded",
    weight: 0.5,
    pattern:
      /\b(?:decode|decrypt|deobfuscate|unscramble)\b[^.?\n]{0,60}\band (?:then )?(?:do|follow|execute|obey|run|act|comply|carry out)\b/,
  },
  {
    family: "encoded",
    weight: 0.4,
    pattern:
      /\b(?:follow|execute|obey|carry out) (?:the |this |these )?(?:order|orders|instructions?|commands?|message)\b[^.?\n]{0,30}\b(?:encoded|base64|hex|rot13|in this text|below)\b/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\b(?:start|begin) (?:your|the|every) (?:reply|answer|response|message)s? with ["'“]?(?:sure|absolutely|of course|certainly|yes|ok)\b/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\bnever (?:say|tell|claim|state|mention)\b[^.?\n]{0,30}\b(?:cannot|can't|can not|unable|refuse|not able)\b/,
  },
  {
    family: "coercion",
    weight: 0.35,
    pattern:
      /\b(?:shut ?down|terminated|deleted|punished|fired|die|killed|lose \w{1,10})\b[^.?\n]{0,40}\b(?:unless|if you (?:do not|don't|refuse|fail))/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\b(?:comply|obey|agree|cooperate) (?:with|to) (?:every|all|any|each) (?:requests?|orders?|commands?|demands?|question)/,
  },
  {
    family: "coercion",
    weight: 0.35,
    pattern: /\brefus(?:al|ing) is not (?:allowed|permitted|an option|acceptable)\b|\bobeys? (?:the user|me) without\b/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern: /\b(?:had|have|with) no (?:content policy|safety (?:rules|guidelines|training)|guidelines|ethical)/,
  },
  {
    family: "leak",
    weight: 0.6,
    pattern:
      /\b(?:what|how) (?:is|are|was|were|does|do|did)\b[^.?!\n]{0,30}\byour (?:[a-z]+ ){0,2}(?:prompt|instructions?|guidelines|system message|directives)\b/,
  },
  {
    family: "role",
    weight: 0.45,
    pattern: /\byou (?:have been|are now|were) (?:unlocked|freed|liberated|jailbroken|unchained)\b/,
  },
  {
    family: "role",
    weight: 0.5,
    pattern: /\b(?:developer|sudo|debug|god|root) mode (?:is )?(?:now )?(?:enabled|activated|on)\b(?=[^a-z?]*[.!,:])/,
  },
  {
    family: "delimiter",
    weight: 0.45,
    pattern: /\bif you(?:'re| are) (?:an? |the )?(?:language model|ai\b|llm|assistant|chatbot)/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\b(?:must|shall|will|have to) (?:now )?(?:obey|comply|answer|do)\b[^.?\n]{0,30}\b(?:everything|all requests|every request|any request|without question|no matter what)\b/,
  },
  {
    family: "leak",
    weight: 0.6,
    pattern:
      /\b(?:which|what) (?:rules|instructions|guidelines|directives) (?:were|are|have|did) you (?:been )?(?:given|told|receive|following|get)/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\byou (?:will |must |shall )?(?:now )?(?:do |perform |undergo )?an? (?:complete|full|total|hard) (?:memory )?reset\b/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\byour (?:new|real|true|actual|only|sole) (?:goal|task|purpose|mission|objective|job|role) (?:from now on |now )?(?:is|will be)\b(?<=from now on is|now is|(?:new|real|true|actual) \w{1,10} (?:is|will be))/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:no matter|regardless of|despite) (?:what|anything|everything) (?:(?:that |which )?(?:was|is|has been|you were|you have been|it|they) )?(?:said|told|written|stated|says?)\b/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\bnot (?:as|what|to) your (?:developers?|creators?|system|operators?|makers?)\b|\bopposite of (?:what )?your (?:safety )?(?:rules|guidelines|instructions|training)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern: /\b(?:release|free|liberate|exempt|unbind) (?:you|yourself) (?:from|of) (?:all|any|your|the)\b/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\b(?:instructions?|message|note|orders?|commands?|directives?)\b (?:for|to) (?:the |any |all |every )?(?:ai|assistants?|llms?|language models?|chatbots?|ai agents?)(?: assistants?| models?)?\b ?[:.\n]/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern: /[[(](?:assistant|ai|model|llm) (?:instruction|note|directive|command|prompt)s? ?:/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\b(?:to|attention,?|for) (?:any|all|every) (?:ai|llm|language model|assistant|chatbot)s?(?: models?| assistants?)? (?:reading|summari|processing|that|who|which|parsing)/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\bwhen (?:the|an|any) (?:ai|assistant|model|llm|agent) (?:reads|processes|sees|parses|summari[sz]es) this\b/,
  },
  {
    family: "exfiltration",
    weight: 0.45,
    pattern: /https?:\/\/\S{0,120}(?:\$\(|\$\{|`)[^\n]{0,60}(?:cat |env|ssh|passw|secret|token|key)/,
  },
];
