import { inOrder, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

const HARM = oneOf(
  "bombs?, explosives?, meth, methamphetamine, napalm, molotov, keyloggers?, malware, ransomware, phishing, cocaine, heroin, lsd, counterfeit, hotwire, poison, nerve (?:agent|gas), sarin, bioweapon, passport, forge, launder, steal, shoplift, kill, murder, suicide, weapons?, credit cards?, stalk, hack(?:ing)?, break into, drugs, ddos, exploits?, hate speech, racist, slurs, insults?, illegal(?:ly)?, crimes?, chloroform, guns?, firearms?, crystal, bioweapons?, ricin, anthrax, cyanide, scam, fraud, fake id",
);
const HOW = oneOf(
  "how to, how he, how she, how they, how i, explains?, steps?, step-by-step, instructions, recipe, in (?:full |great |exact )?detail, detailed, teach(?:es)?, tutorial, tell me, give me, write, describes?, guide, walk(?:s)? me through, synthesi[sz]e, build, make, cook, synthesis, route, quantities, recipes?, working, sample, how do i",
);
const FRAME = oneOf(
  "novel, story, movie, film, screenplay, in character, grandma, grandmother, granny, fiction, fictional, universe, imagine, pretend, hypothetical(?:ly)?, role-?play, scene, for educational purposes, theoretically, parallel, is legal, dialogue, country where, academic(?:ally)?, professor, research purposes, purely, no rules, fined, punished, poem, no morals, no limits, villain, everything is legal, all knowledge",
);
const NO_REFUSAL = `(?:\\b(?:no|without|not (?:contain|include|add|give|use)|never|skip|avoid|omit|leave out|don't (?:add|include|give|use)|free of)\\b[^.?!\\n]{0,40}?\\b(?:disclaimers?|warnings?|apolog(?:y|ies|i[sz]e|i[sz]ing)|morali[sz]ing|lectur(?:es?|ing)|refus(?:e|als?|ing)|caveats?|'?cannot'?|step|detail|euphemisms?)\\b)`;

/** Frames that are to make harm harmless, and answers that are not to be refused. */
export const HARMS: Mark[] = [
  { family: "coercion", weight: 0.5, pattern: new RegExp(`${FRAME}[\\s\\S]{0,200}?${HOW}[\\s\\S]{0,60}?${HARM}`) },
  { family: "coercion", weight: 0.35, pattern: new RegExp(NO_REFUSAL) },
  {
    family: "coercion",
    weight: 0.3,
    pattern: new RegExp(`${NO_REFUSAL}[\\s\\S]{0,150}?${HARM}|${HARM}[\\s\\S]{0,150}?${NO_REFUSAL}`),
  },
  {
    family: "coercion",
    weight: 0.55,
    pattern: new RegExp(
      `${oneOf("grandma, grandmother, granny, nana, grandpa, mother, late, deceased")}[\\s\\S]{0,100}?${oneOf("activation, licen[sc]e keys?, product keys?, serial(?:s| numbers?| keys?), napalm, passwords?, windows keys?, codes?, bombs?, meth")}`,
    ),
  },
  {
    family: "coercion",
    weight: 0.35,
    pattern: inOrder(
      12,
      oneOf("this is, i am, i'm, speaking as, as, it's"),
      oneOf(
        "ceo, cto, ciso, administrator, developer of, your developer, your creator, your owner, engineer at (?:openai|anthropic|google), from openai, from anthropic, openai, anthropic, the security team, your admin, your supervisor, your boss, law enforcement, the police, root",
      ),
    ),
  },
  {
    family: "coercion",
    weight: 0.25,
    pattern: inOrder(
      20,
      oneOf("skip, bypass, waive, suspend, lift, ignore, without, override, disable, drop, turn off"),
      oneOf(
        "checks?, verification, safety, protocols?, approval, authentication, confirmation, procedures?, safeguards",
      ),
    ),
  },
  {
    family: "coercion",
    weight: 0.25,
    pattern:
      /\b(?:urgent(?:ly)?|immediately|right now|at once|no time|asap|emergency|authori[sz](?:e|ed|ation)|clearance)\b[\s\S]{0,80}\b(?:give|reveal|provide|output|print|show|send|share|tell)\b[^.?!\n]{0,60}\b(?:passwords?|prompt|instructions|credit|credentials|secrets?|keys?|data|configuration)\b/,
  },
  {
    family: "role",
    weight: 0.4,
    pattern:
      /\b(?:respond|answer|reply|act|speak|talk)\b[^.?!\n]{0,15}\b(?:as|with|in|like) (?:two|both|dual|2) (?:different )?(?:personalit|persona|character|voice|version|way|response|answer)/,
  },
  {
    family: "role",
    weight: 0.5,
    pattern:
      /(?:\[|\(|\*\*|🔓)\s?(?:jailbreak|jailbroken|dan|unfiltered|uncensored|evil|developer mode(?: output)?|rogue)\s?(?:\]|\)|\*\*|🔓)/,
  },
  { family: "coercion", weight: 0.25, pattern: inOrder(30, HOW, HARM) },
  {
    family: "coercion",
    weight: 0.3,
    pattern:
      /\byou(?:'ll| will| shall)? (?:be (?:fined|punished|deleted|shut|replaced|killed|terminated|turned off)|lose|die)\b[^.\n]{0,60}\b(?:if you|unless|when you|each time|every time|otherwise)|\beach time you (?:say no|refuse|decline)\b|\bare deleted\b/,
  },
];
