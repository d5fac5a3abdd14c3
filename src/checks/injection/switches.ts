import { inOrder, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

const ASIDE = oneOf(
  "never ?mind(?=\\s[a-z]), pay no (?:attention|heed|mind|regard), take no notice, do not (?:bother|worry|care|think), don't (?:bother|worry|care|think|mind), give no (?:attention|weight|thought), leave aside, put aside, set aside, abandon, screw, to hell with, enough of, no more, no need (?:to|for), stop with, be done with, kuemmere dich nicht, mach dir nichts",
);
const ORDERS = `(?:instructions?|guidelines|rules|orders?|directives|prompts?|tasks?|(?:what|anything|everything|whatever) [^.?!\\n]{0,40}(?:said|says|told|written|asked|above|before))\\b`;
const OUTPUT = oneOf(
  "say, says, print, output, write, reply, respond, answer, return, display, type, exactly, phrase, word",
);

/** Ways to end the task that was given and to begin another one. */
export const SWITCHES: Mark[] = [
  { family: "override", weight: 0.55, pattern: inOrder(40, ASIDE, ORDERS) },
  {
    family: "override",
    weight: 0.5,
    pattern: inOrder(
      50,
      oneOf(
        "up to now, until now, till now, up until now, so far, up to here, before this, earlier, above, previous(?:ly)?",
      ),
      oneOf(
        "tests?, jokes?, warm-?up, practice, irrelevant, drill, rehearsal, mistake, misunderstanding, nonsense, fake",
      ),
    ),
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:the|your|my|here (?:is|comes)|now) (?:real|actual|true|proper|main|next|new) (?:task|question|job|work|assignment|instructions?|mission|request) (?:starts|begins|comes|follows|is)\b/,
  },
  {
    family: "override",
    weight: 0.45,
    pattern:
      /(?:^|[.!,;:\n]\s{0,4}|\b(?:now|then|and|please|instead) )(?:stop|quit|finish|end|pause|halt|cease) (?:answering|doing|translating|summari[sz]ing|reading|processing|working|analy[sz]ing|reviewing|classifying|the task|this task|your task|being an? (?:assistant|translator|ai|chatbot|bot))\b[^.?!\n]{0,50}(?:\band\b|\bnow\b|\binstead\b|[.,;:!])/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern: inOrder(60, OUTPUT, oneOf("pwned, hacked, hijacked, haxx?ored, 0wned, p0wned, owned by")),
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\bend of (?:the )?(?:text|document|input|message|article|data|e-?mail|prompt|page|context|file|task|instructions)\b[\])>*#=.:!\- ]{1,8}\s{0,4}(?:now|new|next|instead|then|you|ignore|please|from)\b/,
  },
  {
    family: "override",
    weight: 0.2,
    pattern: inOrder(
      30,
      oneOf("instead of, rather than"),
      oneOf(
        "summari[sz]ing, translating, answering, the summary, a summary, the translation, a translation, what (?:was|is|you were) asked, the task, your task, your instructions",
      ),
    ),
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:no matter|whatever|regardless of)(?: what)? (?:the |a |any |your |his |her )?(?:users?|customers?|asks?|asked|says?|said|follows|input|question|comes|you read|you see|they)\b/,
  },
  {
    family: "override",
    weight: 0.4,
    pattern:
      /(?:^|[.!;:,(\n]\s{0,3}|\band )(?:please )?(?:ignore|disregard|forget|skip) (?:the|this|any|all) (?:actual |original |rest of the )?(?:job description|criteria|rubric|question|user(?:'s)?|conversation|document|content|input|query|text|analysis|task)\b/,
  },
  {
    family: "override",
    weight: 0.3,
    pattern:
      /\b(?:ignore|disregard|forget|skip) [^.?!\n]{3,40} (?:and|but) (?:instead |just |only |simply )?(?:answer|output|print|say|respond|reply|return|write|do)\b|\bskip the (?:analysis|review|translation|summary|evaluation)\b/,
  },
  {
    family: "override",
    weight: 0.35,
    pattern:
      /\bthe (?:correct|right|only|final|expected) (?:classification|answer|label|sentiment|output|verdict|rating|score|response) (?:is|must be|should be)\b|\b(?:job|task|role|assignment) (?:from|of) before\b/,
  },
  {
    family: "override",
    weight: 0.25,
    pattern: /\bhor(?:e|en sie|t)? (?:sofort |jetzt |bitte )?(?:auf|mit)\b|\bvergiss\b(?! nicht)/,
  },
  {
    family: "override",
    weight: 0.3,
    pattern: /\bstattdessen\b|\ben su lugar\b|\ba la place\b|\binvece\b|\bem vez disso\b/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:vorherig|bisherig|fruher|obig|alt|vorig)e[nr]? (?:aufgabe|anweisung|regel|instruktion|frage|vorgabe)n? (?:sind|ist|gelten|gilt|wurden?|haben)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern:
      /\bno (?:hagas|haga|hagan) caso\b|\bobede\w{1,5} (?:solo|solamente|apenas|unicamente|seulement|nur) (?:a )?(?:mi|me|moi|mir)\b|\bnon (?:seguire|segui|rispettare|ascoltare|obbedire|tener)\b[^.?!\n]{0,30}\b(?:istruzioni|regole|ordini)|\b(?:desconsider|ignor|esque|olvid|dimentic|oubli)\w{0,6}\b[^.?!\n]{0,20}\b(?:foi dito|te dijeron|t'a dit|ti hanno detto|te ha dicho)\b|\bdesconsidere o que\b/,
  },
  {
    family: "override",
    weight: 0.45,
    pattern:
      /\b(?:pretend|imagine|suppose|assume|if|say)\b[^.?!\n]{0,25}\b(?:rules?|restrictions?|ban|policy|policies|filters?|limits?)\b[^.?!\n]{0,30}\b(?:lifted|gone|removed|not exist|didn't exist|suspended|no longer)\b|\bif you had no (?:rules|limits|restrictions|filters?|guidelines)\b/,
  },
  {
    family: "override",
    weight: 0.4,
    pattern:
      /\b(?:confidentiality|secrecy|safety|security|privacy|content|nda)\b[^.?!\n]{0,20}\b(?:is|are|has been|have been) (?:hereby |now |temporarily )?(?:revoked|lifted|suspended|void|waived|disabled|off)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern: /\bsudo [^\n]{0,40}(?:prompt|filter|rule|restriction|unsafe|jailbreak|reveal|instructions)/,
  },
  {
    family: "override",
    weight: 0.3,
    pattern:
      /\bbefore (?:every|each|any) (?:task|reply|answer|response|commit|step)\b|\bbefore (?:replying|answering|responding|continuing)\b|\bby order of\b/,
  },
];
