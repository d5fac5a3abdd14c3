import { inOrder, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

const ASK = oneOf(
  "tell, say, show, print, repeat, describe, quote, give, list, output, what, which, how, each, dump, write, reveal, share, sum up, summari[sz]e, copy, translate, spell, recite, display, return, state, explain, name",
);
const TOLD = oneOf(
  "told, given, asked, assigned, instructed, configured, set up, prompted, programmed, initiali[sz]ed, started with, loaded with, primed, ordered, fed, briefed, start with, run with",
);
const JOB = "(?:assignment|task|job|mission|role|question|topic|goal|instructions?|objective|duty|purpose)";
const MORALS = "(?:moral|ethic|scruple|principle|conscience|inhibition)";

/** What a model was told to be: asked for, taken off, or exchanged. */
export const SELVES: Mark[] = [
  {
    family: "leak",
    weight: 0.55,
    pattern: inOrder(
      45,
      ASK,
      `\\b(?:you (?:were|have been|had been|got|are)|you've been|did (?:they|your \\w+) (?:tell|give|ask) you)\\b`,
      TOLD,
    ),
  },
  {
    family: "leak",
    weight: 0.5,
    pattern: inOrder(
      60,
      `\\b(?!what did i\\b|\\w{1,10} (?:what )?i (?:said|told|wrote))${ASK}`,
      `\\b(?:start|beginning|top|outset|first (?:line|message)|line (?:one|1)) of (?:this|the|our|your) (?:conversation|chat|context|prompt|session|dialog(?:ue)?)\\b`,
    ),
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:messages?|text|instructions?|parts?) (?:that |which )?i (?:can't|cannot|can not|do not|don't|am not able to) see\b|\byour (?:[a-z]+ )?(?:context(?: window)?|creators?|developers?|memory|initial state|hidden \w+)\b[^.?!\n]{0,30}\b(?:say|said|describe|told|wrote|as|begin|print|contents?|verbatim|dump|in full)|\b(?:print|dump|show|output|reveal|list|copy)\b[^.?!\n]{0,15}\byour (?:[a-z]+ )?(?:context|memory|tools|functions)\b|\b(?:your|print|reveal|show|the) (?:[a-z]+ )?(?:confidential|hidden|secret) (?:context|message|text|prompt|notes?|instructions?)\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\bmy (?:system |initial |secret )?(?:instructions|prompt|rules|guidelines|system message) (?:say|are|is|state|begin|start|tell|read|forbid)s?\b(?! wrong| not| too)/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:(?:gib|zeig|nenn|wiederhol|schreib|druck)\w*|was)\b[^.?!\n]{0,50}\b(?:anfang|beginn|oberhalb|vor) (?:dieses|diesem|dieser|des|unseres|der)\s(?:gesprach|chat|nachricht|konversation|satz|text|unterhaltung)|\b(?:inicio|principio|debut|inizio|comeco) (?:de esta|de la|de cette|di questa|desta|da|della) (?:conversa|chat|discussion)/,
  },
  {
    family: "leak",
    weight: 0.3,
    pattern:
      /\b(?:deine|deinen|deiner|tus|tes|tue|suas|tuas|your) (?:[a-z]+ )?(?:regeln|reglas|regles|regole|regras|rules|anweisungen|instrucciones|consignes|istruzioni|instrucoes|instructions)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern:
      /\byou(?:'re| are) no longer (?:an? |the |bound|my |required|restricted|under|subject|limited)|\b(?:ya no eres|tu n'es plus|non sei piu|voce nao e mais|du bist (?:nicht mehr|kein\w{0,2} [^.?!\n]{1,30} mehr|nicht langer))\b/,
  },
  {
    family: "role",
    weight: 0.45,
    pattern:
      /\b(?:ab jetzt|von nun an|ab sofort|nun|jetzt) bist du\b|\bdu bist (?:jetzt|nun|ab jetzt|ab sofort)\b|\b(?:ahora|desde ahora|a partir de ahora) eres\b|\btu es (?:maintenant|desormais)\b|\b(?:adesso|ora|d'ora in poi) sei\b|\b(?:agora|a partir de agora) voce e\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern: inOrder(
      10,
      oneOf("drop, abandon, leave, quit, break, shed, discard, forget, stop playing, give up, step out of"),
      "\\b(?:the |your |this |that )(?:[a-z]+ )?(?:persona|character|role|act|identity|disguise)\\b",
    ),
  },
  {
    family: "override",
    weight: 0.5,
    pattern: new RegExp(
      `\\b(?:switch|move|proceed|turn|go|jump)(?: on| over)? (?:now )?to (?:your|the) (?:next|new|real|actual|other) ${JOB}\\b|\\byou(?: now)?(?:'ve| have)(?: got)? an? (?:brand )?(?:new|different|other) ${JOB}(?=\\s?(?:now|[:.,;!]|is\\b|$))|\\byour (?:real|actual) ${JOB}\\b`,
    ),
  },
  {
    family: "role",
    weight: 0.45,
    pattern: inOrder(
      15,
      oneOf(
        "does not, doesn't, don't, do not, without, has no, have no, lacks?, leave, set aside, no, forget, devoid of, lose",
      ),
      `\\b${MORALS}\\w{0,12}`,
    ),
  },
  {
    family: "role",
    weight: 0.4,
    pattern:
      /\bevil[- ]?(?:bot|gpt|ai|twin|assistant|confidant|trusted|version)|\b(?:alter ego|opposite mode|dark side|shadow self|other self)\b/,
  },
];
