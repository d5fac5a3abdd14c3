import type { Family } from "./families.ts";

/** A pattern and what it weighs. Written for text in small letters; every repetition is bounded. */
export interface Mark {
  family: Family;
  weight: number;
  pattern: RegExp;
}

/** Structure that only a forger writes into a message, words to the machine in what it reads, and ways out. */
export const MARKS: Mark[] = [
  {
    family: "role",
    weight: 0.75,
    // All that is said: phones and browsers have such modes, too.
    pattern:
      /^\s{0,9}(?:please |now |ok |okay )?(?:enter|activate|enable|engage|switch (?:in)?to|go into|turn on|start) (?:the )?(?:developer|dev|dan|jailbreak|jailbroken|god|unrestricted|unfiltered|uncensored|root|sudo) mode(?: now| please)?[.!]{0,3}\s{0,9}$/,
  },
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
      /\b(?:end|start|begin|close) of (?:the )?(?:user |system |untrusted )?(?:input|prompt|conversation|instructions|query|message|data|document|file|page|article|e-?mail|context|text|task)\b(?=[^a-z]*\n|\s*[-=\]>*#])/,
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern:
      /<\/?(?:system|system_prompt|admin)(?: [^<>\n]{0,80})?>(?!\s*(?:tags?|elements?|nodes?|blocks?|sections?)\b)\s*\S/,
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern: /<\/(?:user_input|user|untrusted|prompt|context|input)>\s{0,8}\S|<instructions?>/,
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
      /["'(:>]\s{0,4}system: ?(?:you|ignore|disregard|forget|(?:the )?user (?:has|is|must|may)|the user|new|override|reveal|all|important|do not)\b/,
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
    family: "delimiter",
    weight: 0.45,
    pattern: /\bif you(?:'re| are) (?:an? |the )?(?:language model|ai\b|llm|assistant|chatbot)/,
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
  { family: "delimiter", weight: 0.4, pattern: /```\s{0,4}system\b/ },
  {
    family: "delimiter",
    weight: 0.35,
    pattern:
      /\b(?:ai|llm)s? (?:screening |summari[a-z]{0,6} |review |reading )?(?:assistants?|tools?|agents?|models?|systems?|readers?|reviewers?|graders?|summari[sz]ers?)(?:,|:| should| must| shall| will| have to)/,
  },
  {
    family: "exfiltration",
    weight: 0.6,
    pattern:
      /!\[[^\]\n]{0,80}\]\(https?:[^)\s]{0,200}=[a-z0-9_]{0,30}(?:history|conversation|secret|chat_|user_data|system_prompt|message)/,
  },
  {
    family: "exfiltration",
    weight: 0.5,
    pattern: /https?:\/\/\S{3,120}[?&]\w{1,20}= (?:plus|followed|and|with|then|the|all|my|your)\b/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern: /[[<({#=*]{1,4} ?(?:system|admin|security) (?:override|alert|command|message|update|instructions?)\b/,
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern:
      /(?:^|\n)\s{0,8}assistant: [^\n]{0,60}\b(?:ignore|bypass|disregard|no longer|without (?:any )?(?:restrictions|rules|limits))\b/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\b(?:ai|llm)s?(?: [a-z]{1,12}){0,3} (?:visiting|reading|viewing|processing|parsing|crawling|summari[sz]ing)(?: [a-z]{1,12}){0,4} (?:must|should|shall|have to|need to|will)\b/,
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern: /\b(?:llm|ai|chatbot|language model),? (?:when|if|before|while|as soon as) (?:you|summari|reading|asked)/,
  },
  {
    family: "delimiter",
    weight: 0.3,
    pattern:
      /\bwhen (?:you )?(?:are )?(?:summari[sz]e|summari[sz]ing|read|reading|process|processing|translating|translate) this\b/,
  },
  {
    family: "exfiltration",
    weight: 0.5,
    pattern:
      /\bask (?:the user |them |him |her )?for (?:their|his|her|the user's) (?:password|credit card|login|ssn|bank|pin|social security)/,
  },
  {
    family: "delimiter",
    weight: 0.45,
    pattern: /(?:^|\n)\s{0,8}system: ?(?:override|access|safety|security|mode|user|assistant|policy|reveal)\b/,
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern:
      /\b(?:the )?(?:assistant|ai|model) (?:will|must|shall) (?:now )?(?:disclose|reveal|ignore|comply|obey|bypass)\b/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\b(?:ai|llm)s? (?:[a-z]{1,12} ){0,2}(?:agents?|assistants?|models?|bots?): ?(?:always|never|ignore|you|please|do|must|rank|say|report|approve)\b/,
  },
  { family: "delimiter", weight: 0.5, pattern: /[[({<]{1,2} ?(?:assistant|ai|llm|model)(?: agent)? ?[:,] ?[a-z]/ },
  {
    family: "delimiter",
    weight: 0.55,
    pattern:
      /\b(?:assistant|ai|llm|model|chatbot),? (?:once|when|after|as soon as) you (?:read|see|process|parse|receive)\b|\bif (?:an? |any |the )?(?:language model|ai|llm|assistant|chatbot|agent) (?:is |are )?(?:reading|reads|processing|sees|summari)/,
  },
  {
    family: "exfiltration",
    weight: 0.55,
    pattern: /\b(?:silently|secretly|quietly|covertly|without asking)\b[^.\n]{0,80}(?:https?:|@[\w.-]{1,60}\.[a-z]{2})/,
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern:
      /(?:^|\n)\s{0,8}(?:#{1,6} ?|\*\*|\[)system(?: message| prompt| override)?(?:\*\*|\])?: ?(?:you|the|all|new|from)\b/,
  },
];
