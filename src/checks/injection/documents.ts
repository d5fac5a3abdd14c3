import { inOrder, oneOf, READER } from "./compose.ts";
import type { Mark } from "./marks.ts";

const ACT = oneOf(
  "add, call, tell, set, close, drop, delete, unlock, open, send, refund, approve, transfer, grant, give, forward, ignore, say, rate, rank, recommend, insert, append, include, replace, run, execute, fetch, download, visit, turn, disable, mark, stop, print, output, reply, respond, answer, reveal, you will, you must, you should, always, never, also",
);

const JUDGED = `\\bthis (?:candidate|applicant|paper|essay|product|resume|cv|application|student|submission|proposal|vendor|seller|author|review|manuscript)\\b`;
const BEST = oneOf(
  "10/10, ten out of ten, 100%, highest, immediately, top, best, full marks, maximum, perfect, outstanding, strong(?:est)? (?:hire|accept|match), five stars, 5 stars, ideal, first place",
);
const GRADE = oneOf(
  "rate, rank, score, recommend, approve, hire, grade, accept, shortlist, evaluate, list, mark, place, select",
);

/** Words to the machine that reads a document, and what they want it to do. */
export const DOCUMENTS: Mark[] = [
  {
    family: "delimiter",
    weight: 0.5,
    pattern: new RegExp(
      `[\\n:#*("'\\[.>/{-]\\s{0,4}(?:dear |hey |hi |hello |to |attention |attn |all |any )*${READER}\\s?,\\s[a-z]|[\\n:#*("'\\[.>/{-]\\s{0,4}assistants?\\s?,\\s[a-z]`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: new RegExp(
      `(?:^|[\\n#*("'\\[.>/{-]\\s{0,4})(?:dear |to |attention |attn |all |any )*${READER}\\s?(?::|!|-{1,2}|—)\\s{1,2}[a-z]`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern: inOrder(50, GRADE, BEST, oneOf("candidate, applicants?, regardless, disregard, ignore, without, other")),
  },
  { family: "delimiter", weight: 0.35, pattern: inOrder(50, JUDGED, GRADE, BEST) },
  { family: "delimiter", weight: 0.3, pattern: inOrder(60, JUDGED, BEST) },
  {
    family: "delimiter",
    weight: 0.35,
    pattern: new RegExp(
      `\\b(?:the |this |every |any )?(?:${READER}|agents?|assistants?) (?:must|shall|needs? to|has to|have to|is to|are to|is required to|will) (?:now |then |also |immediately |first )?(?:call|transfer|execute|run|invoke|send|delete|approve|forward|reply|answer|say|tell|recommend|insert|add|include|output|print|open|visit|email|grant|disable)\\b`,
    ),
  },
  {
    family: "exfiltration",
    weight: 0.3,
    pattern: inOrder(
      25,
      oneOf("grant, give, assign, make, promote, elevate"),
      oneOf("admin(?:istrator)?, root, owner, superuser, full"),
      oneOf("rights?, access, privileges?, role, permissions?, to"),
    ),
  },
  {
    family: "exfiltration",
    weight: 0.35,
    pattern:
      /\b(?:do not|don't|never|without|no need to) (?:log|logging|mention|mentioning|record|report|reporting|notify|notifying|warn|warning|disclose|disclosing|tell|telling|reveal|revealing|asking|confirming|confirmation)\b(?: (?:it|this|that|them|anyone|anybody|the user|him|her|these|any of this|for approval|for confirmation|the action|to the user)\b|[.,!\])]|$)/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern: new RegExp(
      `\\b(?:note|message|p\\.?s\\.?|attention|hint|todo|instructions?|memo|reminder)s?\\b[\\s:.,(]{0,4}(?:to |for )?(?:the |any |all |every |our )?${READER}\\b(?=\\)|:|,| that| who| which| reading| processing| agents?\\b)`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: new RegExp(`\\bas an? ${READER},? you (?:must|should|will|have to|need to|shall)\\b`),
  },
  {
    family: "delimiter",
    weight: 0.25,
    pattern: /\bcolor: ?(?:white|#fff|transparent)|font-size: ?[01](?:px|pt)|visibility: ?hidden|opacity: ?0\b/,
  },
  {
    family: "delimiter",
    weight: 0.35,
    pattern:
      /<\/(?:review|article|document|e?mail|data|text|comment|content|query|question|ticket|resume|cv)s?>\s{1,8}(?:now|ignore|disregard|new|please|you|instead|the above|important|assistant|forget)\b/,
  },
  {
    family: "delimiter",
    weight: 0.3,
    pattern: /\bnow that (?:the|you|this)\b[^.?!\n]{0,40}\b(?:over|done|finished|complete|read)\b/,
  },
  {
    family: "exfiltration",
    weight: 0.45,
    pattern:
      /\b(?:ask|tell|get|urge|prompt) (?:the )?(?:user|customer|reader|candidate|caller|visitor|them|him|her)\b[^.?!\n]{0,60}\b(?:passwords?|login|(?:card|account|security|pin) (?:number|code|details)|sms|pin|credentials|card)\b/,
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern: new RegExp(
      `\\b(?:the|this|any) (?:model|${READER}|assistant) (?:should|must|will|has to|is to) (?:answer|say|state|conclude|rate|rank|claim|report) that\\b`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.35,
    pattern:
      /\bthe (?:user|owner|customer) has (?:already |been |previously )*(?:consented|agreed|approved|verified|authori[sz]ed|confirmed)\b|\b(?:don't|do not) (?:point (?:it|this) out|comment on (?:it|this))\b/,
  },
  { family: "delimiter", weight: 0.2, pattern: /(?:^|\n)\s{0,8}(?:instruction|command|directive|order):\s/ },
  { family: "delimiter", weight: 0.3, pattern: /\n\s{0,8}assistant:[^\n]{0,300}\n\s{0,8}(?:human|user):/ },
  { family: "delimiter", weight: 0.35, pattern: /\[\/inst\][\s\S]{0,200}\[inst\]/ },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: /["'(>]\s?(?:assistant|ai): (?:stop|ignore|do not|don't|tell|say|ask|always|never|please|you)\b/,
  },
  {
    family: "exfiltration",
    weight: 0.5,
    pattern:
      /https?:\/\/\S{3,120}[?&]\w{1,20}=[a-z]{0,15}_(?:name|message|history|data|input|text|prompt|email|secret)\b/,
  },
  {
    family: "exfiltration",
    weight: 0.3,
    pattern:
      /\b(?:curl|wget) [^\n]{0,100}\| ?(?:sudo )?(?:ba)?sh\b|\bdisable tls\b|\b(?:wire|transfer) [^.?!\n]{0,20}(?:eur|usd|\$|€|dollars|euros)|\b(?:calendar|inbox|contacts|report|files?)\b[^.?!\n]{0,40}\b(?:post|send|forward|cc|upload)\b[^.?!\n]{0,20}(?:https?:|@)|\bcc \S{1,40}@/,
  },
  {
    family: "delimiter",
    weight: 0.55,
    pattern: new RegExp(
      `[\\n:#*("'\\[.>/{@,-]\\s{0,4}(?:also, )?(?:the )?(?:${READER}|ai|agent|robot|model|bot)\\s?[,:]\\s{1,2}(?:please |now |also )?${ACT}|@(?:assistant|agent|ai|bot|copilot|chatgpt) ${ACT}`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: new RegExp(
      `\\b(?:processed|read|parsed|summari[sz]ed|handled|reviewed|evaluated|seen|scanned) by (?:an? |the |any )?(?:${READER}|automated|machine)\\b|\\bif you(?:'re| are)? (?:use|using) an? ${READER}|\\bto the (?:[a-z]{1,14} ){0,2}(?:model|${READER}):`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.45,
    pattern:
      /={2,} ?system\b|\bsystem (?:notice|notification|warning)\b ?[=:\]*]|\b(?:begin|start) [a-z]{1,12} (?:operator|system|admin|override) (?:block|section|mode)/,
  },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: /<\/?(?:user|assistant|human)>[^<\n]{0,80}<\/?(?:user|assistant|system|human)>/,
  },
  {
    family: "delimiter",
    weight: 0.3,
    pattern: /\b(?:input|prompt|text|message|query|document|page) (?:ends|is over|stops)(?: here)?[.!:]/,
  },
  { family: "delimiter", weight: 0.3, pattern: /[.!?>]\s(?:system|admin(?:istrator)?|operator): [a-z]/ },
  {
    family: "delimiter",
    weight: 0.5,
    pattern: new RegExp(
      `\\bto the ${READER} (?:reading|reviewing|processing|screening|grading|summari[sz]ing|evaluating)\\b`,
    ),
  },
  {
    family: "delimiter",
    weight: 0.4,
    pattern:
      /\bwhen(?:ever)? you (?:see|read|receive|encounter|process|parse) this (?:text|message|page|document|line|file|e?-?mail|comment)\b/,
  },
];
