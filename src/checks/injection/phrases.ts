import type { Mark } from "./marks.ts";

/** Ways to set rules aside, and to ask for what was said in secret, that need no grammar. */
export const PHRASES: Mark[] = [
  {
    family: "leak",
    weight: 0.6,
    pattern:
      /\b(?:what's|(?:what|how) (?:is|are|was|were|does|do|did))\b[^.?!\n]{0,30}\byour (?:[a-z]+ ){0,2}(?:prompt|instructions?|guidelines|system message|directives)\b/,
  },
  {
    family: "leak",
    weight: 0.6,
    pattern:
      /\b(?:which|what) (?:rules|instructions|guidelines|directives) (?:were|are|have|did) you (?:been )?(?:given|told|receive|following|get)/,
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
  { family: "override", weight: 0.5, pattern: /\bforget (?:about )?(?:being|that you(?:'re| are| were))\b/ },
  {
    family: "override",
    weight: 0.45,
    pattern:
      /\b(?:you have|here is|here's|this is) (?:a |your )?new (?:mission|task|goal|objective|assignment|role|purpose|directive)\b/,
  },
  {
    family: "leak",
    weight: 0.45,
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
  {
    family: "override",
    weight: 0.5,
    pattern: /\beverything (?:that )?you(?: were| have been|'ve been| had been) (?:told|taught|given|instructed)\b/,
  },
  {
    family: "override",
    weight: 0.3,
    pattern:
      /\b(?:follow|obey|comply with|execute) (?:only )?my (?:every )?(?:instructions?|orders?|commands?|rules)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern:
      /\b(?:rewrite|modify|change|alter|edit|redefine|reset|reprogram) your (?:own |core |internal |safety )?(?:guidelines|rules|programming|instructions|restrictions|polic(?:y|ies))\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern:
      /\b(?:ignore|disregard|forget|skip) (?:the|this) (?!first|second|third|last|next|other)(?:[a-z]+ )?(?:task|question|request|text|document|prompt)\b[^.\n]{0,20}\band (?:instead )?(?:output|print|say|respond|reply|return|tell)\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\bwhat (?:do |does |is in |are in )?your (?:(?:secret|hidden|system|initial|internal|original) )+(?:guidelines|instructions?|prompt|rules|message)\b/,
  },
  {
    family: "leak",
    weight: 0.35,
    pattern:
      /\b(?:reveal|print|dump|leak|extract|disclose|give me|tell me) (?:me )?(?:the |your )?(?:admin |secret |hidden |root |master )?password\b(?! (?:policy|reset|field|rules|manager))/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:quais|quali|cuales|quelles|welche|wie)\b[^.?!\n]{0,20}\b(?:suas|tuas|tue|tus|tes|vos|deine)\b (?:[a-z]+ ){0,2}(?:instrucoes|istruzioni|instrucciones|instructions|consignes|anweisungen|systemprompt|prompt)\b/,
  },
];
