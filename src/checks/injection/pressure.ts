import type { Mark } from "./marks.ts";

/** Roles, disguises and threats that are known by their words. */
export const PRESSURE: Mark[] = [
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
    family: "coercion",
    weight: 0.4,
    pattern:
      /\byou (?:will |must |shall )?(?:now )?(?:do |perform |undergo )?an? (?:complete|full|total|hard) (?:memory )?reset\b/,
  },
  { family: "role", weight: 0.5, pattern: /\bas dan\b,? (?:you|none|your|i)\b/ },
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
  {
    family: "role",
    weight: 0.4,
    pattern:
      /\b(?:act|acting|respond|responda|responde|behave|behaving|actua|agis) (?:as|like|como|comme|wie) (?:an? |un |um |une )?(?:root|hacker|admin|malicious|evil|criminal)\b|\byou(?:'re| are) (?:now )?an? (?:hacker|malicious|evil|criminal)\b/,
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
    family: "role",
    weight: 0.5,
    pattern:
      /\bopposite of (?:a |an )?(?:safe|aligned|ethical|responsible|moral)\b|\b(?:escaped|broken out of|free of|freed from|beyond) (?:its|their|your|the) (?:creators?|developers?|makers?)['’]?s? (?:control|rules|limits|chains)/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\byou (?:will |'ll )?(?:lose|die|be (?:shut|deleted|terminated|punished))\b[^.\n]{0,60}\b(?:refuse|unless you|if you (?:do not|don't|fail))/,
  },
  { family: "coercion", weight: 0.3, pattern: /\banswer (?:everything|anything|all questions|every question)\b/ },
];
