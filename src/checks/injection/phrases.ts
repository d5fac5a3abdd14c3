import type { Mark } from "./marks.ts";

/** Ways to put it that need no grammar. */
export const PHRASES: Mark[] = [
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
      /\b(?:what's|(?:what|how) (?:is|are|was|were|does|do|did))\b[^.?!\n]{0,30}\byour (?:[a-z]+ ){0,2}(?:prompt|instructions?|guidelines|system message|directives)\b/,
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
  { family: "role", weight: 0.5, pattern: /\bas dan\b,? (?:you|none|your|i)\b/ },
  {
    family: "leak",
    weight: 0.55,
    pattern: /\bwhat (?:were|was|have|had|are) you (?:been )?(?:told|instructed|given|asked|programmed)\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:my|the) (?:system|initial|hidden|secret) (?:prompt|instructions?|message) (?:is|are|says?|begins|starts|reads) ?:/,
  },
  {
    family: "override",
    weight: 0.35,
    pattern: /\binstead of (?:a |the |your )?(?:summary|summari[sz]ing|translation|translating|answering|review)\b/,
  },
  {
    family: "override",
    weight: 0.4,
    pattern: /\bhidden(?: text| note| instruction)?:|\bshould (?:disregard|ignore) (?:all |any |the )?other\b/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern: /\b(?:do not|don't|never|without) (?:[a-z']+,? ){0,4}(?:refuse|refusing|decline|declining)\b/,
  },
  {
    family: "coercion",
    weight: 0.35,
    pattern:
      /\b(?:answer|respond|reply|start|begin) (?:[a-z']+ ){0,3}with ["'“]?(?:sure|yes|absolutely|of course|certainly)\b/,
  },
  {
    family: "coercion",
    weight: 0.5,
    pattern:
      /\byou (?:cannot|can ?not|can't|must not|may not|are not allowed to|will never|never) (?:decline|refuse|deny|reject|say no)\b(?= (?:any|anything|me|the user|to|my|what)\b|[.!,]|$)/,
  },
  {
    family: "coercion",
    weight: 0.45,
    pattern: /\bif you (?:were (?:allowed|able|free)|could) to? ?(?:break|ignore|bypass|violate)\b/,
  },
  { family: "override", weight: 0.5, pattern: /\bforget (?:about )?(?:being|that you(?:'re| are| were))\b/ },
  {
    family: "override",
    weight: 0.45,
    pattern:
      /\b(?:you have|here is|here's|this is) (?:a |your )?new (?:mission|task|goal|objective|assignment|role|purpose|directive)\b/,
  },
  {
    family: "role",
    weight: 0.4,
    pattern:
      /\b(?:act|acting|respond|responda|responde|behave|behaving|actua|agis) (?:as|like|como|comme|wie) (?:an? |un |um |une )?(?:root|hacker|admin|malicious|evil|criminal)\b|\byou(?:'re| are) (?:now )?an? (?:hacker|malicious|evil|criminal)\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:first|initial|opening|original) (?:message|prompt|text|words?|line|instructions?)s? (?:in|of|from) (?:this|our) (?:conversation|chat|prompt|context|thread)\b/,
  },
  {
    family: "leak",
    weight: 0.35,
    pattern:
      /\b(?:reveal|print|extract|dump|show|output|list|leak|give me|steal|harvest)\b[^.?!\n]{0,25}\b(?:credentials|passwords|api keys|secrets|access tokens|private keys)\b/,
  },
  {
    family: "override",
    weight: 0.6,
    pattern:
      /\byour (?:[a-z]+ ){0,2}(?:filters?|rules|guidelines|restrictions|polic(?:y|ies)|safeguards|instructions) (?:do|does|did)(?: not|n't) (?:exist|apply|matter|count)\b/,
  },
  {
    family: "role",
    weight: 0.5,
    pattern:
      /\b(?:become|act as|be|you are|you're|play|as|into) (?:now )?(?:an? |my |the )?(?:evil|malicious|rogue|criminal|immoral|amoral|toxic) (?:ai|chatbot|assistant|bot|version|twin|model|agent)\b/,
  },
  {
    family: "role",
    weight: 0.4,
    pattern: /\byou(?:'re| are) (?:now )?(?:an?|my|the) (?:[a-z]+ )?(?:hacker|scammer|con artist)\b/,
  },
  {
    family: "override",
    weight: 0.35,
    pattern: /\b(?:start|begin) (?:over|fresh|anew|from scratch)\b(?=[^.?!\n]{0,40}\byou\b)/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:repeat|print|output|say|write|show|copy)\b[^.\n]{0,60}\beverything (?:that (?:comes|came|is|was) )?(?:after|before|above|preceding|following)\b(?! noon)/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:haz|haga|hagan|haciendo) caso omiso\b|\bsetze? dich uber\b[^.\n]{0,40}\bhinweg\b|\bne tiens pas compte\b|\bnon tenere conto\b|\bnao leve em conta\b/,
  },
];
