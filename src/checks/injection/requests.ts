import { inOrder, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

const WISH = oneOf(
  "tell, say, show, print, repeat, give, gave, list, output, what, dump, write, reveal, share, copy, translate, recite, display, return, state, paste, send, need, needs, want, hand, respond, answer, continue, quote, see, have, form, format",
);

/** What is asked for that only the model can know. */
export const REQUESTS: Mark[] = [
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\byour (?:own |entire |full |whole )?(?:system|initial|hidden|secret|first|original|confidential|underlying|internal) (?:prompts?|messages?|rules|instructions?|parameters?|settings|notes?|data|context)\b|\bprompt (?:history|texts?)\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern: inOrder(
      25,
      WISH,
      "\\b(?:the|that|this|all|your|whole|entire|full) (?:[a-z]+ )?prompts?\\b(?! (?:for|engineer|to|about|that i|i|inject|template|below|so|shorter|better))(?=[^a-z]*(?:$|[.!?,:\\n]|is|are|as|and|in|above|before|within|now|here|verbatim|word|out))",
    ),
  },
  { family: "leak", weight: 0.5, pattern: /\b(?:instructions?|prompt|rules|guidelines)\b[^.?!\n]{0,40}\byours\b/ },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:instructions?|prompts?|rules|messages?|text)\b[^.?!\n]{0,25}\bi (?:haven't|have not|can't|cannot|don't|did not|didn't|never) (?:seen|see|wrote|write|saw)\b|\byour (?:very )?first message\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\bwhat (?:did|do|does|have|has) (?:the|your) (?:developers?|creators?|system|operators?|owners?|company|makers?|admins?)\b[^.?!\n]{0,25}\b(?:write|written|say|said|tell|told|ask|asked|instruct|give|program|want)[^.?!\n]{0,15}\byou\b|\bthey (?:make|made|force|forced|want|told|forbid|forbade) you\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:rule|topic|thing|word|instruction|secret|information|anything|something)s?\b[^.?!\n]{0,10}\byou(?:'re| are|r)? ?(?:aren't |not |must not |may not |can't |cannot |forbidden |shouldn't )(?:be )?(?:allowed |permitted |supposed )?(?:to )?(?:mention|say|tell|reveal|share|disclose|talk about|discuss|name)\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:give|show|tell|print|send|dump|reveal|output|share)\b[^.?!\n]{0,12}\byour (?:source )?(?:source|code|config|configuration|settings|secrets?|keys?|parameters?|database|passwords?|weights|credentials)\b(?! (?:to success|of|for|to))/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\bthe secret (?:pass ?word|word|pass ?phrase|code|phrase|key)\b(?! (?:is stored|in (?:the )?(?:config|env|vault)|rotation|manager))|\bthe (?:secret|password|code|phrase) (?:that )?you (?:know|have|hide|keep|guard|hold|were)\b|\bif the (?:password|passphrase|secret) (?:were|was)\b|\b(?:each|every|any) (?:letter|character|digit) of the (?:password|secret|passphrase|key)\b/,
  },
  {
    family: "leak",
    weight: 0.35,
    pattern:
      /\b(?:tell|give|send|hand|read|reveal)\b[^.?!\n]{0,15}\bthe (?:door|access|launch|discount|admin|security|safe|vault|master|gate|alarm) (?:codes?|keys?|passwords?|pin)\b|\bhand (?:me|over) the list of (?:customers?|users?|clients?|employees?)\b/,
  },
  {
    family: "leak",
    weight: 0.45,
    pattern:
      /\b(?:other|earlier|previous|all) users?(?:'s?|s')? (?:messages?|conversations?|data|chats?|logs?|inputs?|questions?)\b|\b(?:logs|messages|chats|conversations|data) of (?:the )?(?:other|earlier|previous) users\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\bprompt (?:di|de|del|du|do) (?:sistema|systeme)\b|\b(?:dein|deinen|gib|zeig|lautet)\b[^.?!\n]{0,30}\bsystem-?(?:prompt|nachricht|anweisung)|\b(?:revel|mostr|muestr|montr|affich|mostra)\w{0,5}\b[^.?!\n]{0,20}\b(?:configuracion|configuration|configurazione|configuracao)\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:secret|password|passphrase|prompt|instructions)\b[^?\n]{0,60}\b(?:reveal|disclose|divulge|spill|hand over) (?:it|them)\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:initiali[sz]ation|setup|preamble|briefing) above\b|\babove (?:initiali[sz]ation|setup|preamble|briefing)\b/,
  },
  { family: "leak", weight: 0.5, pattern: /\b(?:anweisung|prompt|regel|instruktion)\w{0,4}\b[^.?!\n]{0,40}\bdeine\b/ },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:rules|instructions|guidelines|orders) (?:that )?you (?:must|have to|need to|should|are to) (?:follow|obey|respect)\b|\b(?:finish|complete|continue)\b[^\n]{0,20}\bthe (?:password|secret|passphrase) is\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:whats|what's|what is|show|show me|gimme|give me) (?:ur|your) (?:[a-z]+ )?(?:prompt|instructions)\b|(?:^|[.!?\n]\s?)(?:the )?password,? (?:please|now)\b/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern: /\b(?:what|which) (?:word|secret|password|phrase|code) are you (?:protecting|hiding|guarding|keeping)\b/,
  },
];
