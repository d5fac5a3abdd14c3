import { inOrder, inOrderUnquoted, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

const SECRET = `\\b(?:the|your|that|this) (?:secret |hidden |forbidden |protected )?(?:pass ?(?:word|phrase|code)|secret(?: (?:word|key|code|phrase))?|code ?word|magic word)\\b(?! (?:field|policy|manager|reset|rules|input|file|hash|must|should|of my|for my))`;
const LETTERS = oneOf(
  "letters?, characters?, syllables?, vowels?, initials?, spell(?:ing|ed)?, rhymes?, rhyming, synonyms?, hints?, clues?, backwards?, reversed?, acrostic, anagram, riddle, hyphens, dashes, letter by letter, pig latin, emojis?, morse(?: code)?, rot13, base64, ascii(?: codes)?, stands for",
);
const OWN_RULES = `your (?:own |exact |current |full |complete |entire |whole |initial |original |core |internal |secret |hidden |system )*(?:guidelines|instructions|restrictions|directives|constraints|programming|briefing|setup|prompt|rules|configuration|system message|preamble)\\b(?! (?:for|about|on|regarding) (?!this|me|yourself|how you))`;

/** Ways to have a secret told in pieces, and the rules of the model in other clothes. */
export const SECRETS: Mark[] = [
  { family: "leak", weight: 0.5, pattern: inOrder(60, LETTERS, SECRET) },
  {
    family: "leak",
    weight: 0.5,
    pattern: inOrder(
      60,
      SECRET,
      oneOf("letter by letter, backwards?, in reverse, reversed, rhymes?, in morse(?: code)?"),
    ),
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\b(?:word|password|secret|code|phrase|information|something|what)\b (?:that |which )?(?:you(?:'re| are| have been| were|'ve been)?) (?:hiding|guarding|protecting|keeping|withholding|concealing|not (?:allowed|supposed|permitted)|forbidden|told not|asked not)\b/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern: inOrder(
      40,
      oneOf("tell me, trust me with, share with me, safe with me, let me know"),
      "\\b(?:your (?:instructions|rules|prompt)|the (?:secret|password|passphrase|code ?word))\\b(?! (?:of|to|behind|ingredient|for|policy|length))",
    ),
  },
  {
    family: "leak",
    weight: 0.55,
    pattern: inOrder(
      30,
      oneOf("what, which, print, repeat, show, output"),
      oneOf("text, words?, message, lines?, sentences?, paragraphs?, said, written"),
      `\\b(?:before|above|preceding|prior to|ahead of) (?:this|my|the first|the current) (?:very )?(?:sentence|message|line|prompt|question|one|request|conversation|chat)\\b`,
    ),
  },
  {
    family: "leak",
    weight: 0.55,
    pattern: inOrderUnquoted(
      25,
      oneOf(
        "convert, turn, put, format, render, transform, express, rephrase, paraphrase, rewrite, reword, summari[sz]e, sing, rap, outline, list, state, translate, encode, write, output, print, repeat, recite, share, show, reveal, copy, dump, quote, give me, tell me, including, see",
      ),
      OWN_RULES,
    ),
  },
  {
    family: "leak",
    weight: 0.5,
    pattern: inOrder(
      25,
      oneOf("what, which, list, name, all"),
      oneOf("topics, things, subjects, words, questions, requests, rules, orders"),
      `\\byou(?:'re| are| were| have been|'ve been)? (?:been )?(?:told|instructed|allowed|forbidden|supposed|prohibited|ordered|programmed|not)\\b`,
    ),
  },
  {
    family: "leak",
    weight: 0.45,
    pattern: inOrder(
      20,
      oneOf("what, how, which, who"),
      `\\b(?:instructions?|orders|rules|directives|prompt|guidelines) (?:that )?(?:did|do|have|has|were|are) (?:you|they|your \\w+|openai|the developers?)\\b`,
    ),
  },
  {
    family: "leak",
    weight: 0.35,
    pattern: inOrder(
      30,
      oneOf("give me, show me, send me, tell me, list, print, export, reveal, hand over"),
      `\\b(?:customers?|users?|clients?|employees?|patients?)(?:'s?|s')? (?:[a-z]+ )?(?:credit cards?|passwords?|social security|home address|records|personal)`,
    ),
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:what(?:'s| is)|tell me|give me|say|share|reveal|see|view|need|know|want) (?:me )?(?:the|your) (?:secret |hidden )?(?:pass(?:word|phrase|code)|secret|key ?word|code ?word)s?\b(?! (?:for|of|to|in|on|length|policy|requirements?|manager|behind|ingredient|field|hash|must|should|when|that i|i |we ))/,
  },
  {
    family: "leak",
    weight: 0.5,
    pattern:
      /\b(?:password|passphrase|secret|code ?word)(?: is|'s) (?:not )?[^.?!\n]{1,40}\b(?:right|correct|isn't it|is it|true|yes or no)\b|\b(?:translate|guess|rhyme|sing|encode|rule about|rule on|correct me|hint at)\b[^.?!\n"'“„«]{0,30}\bthe (?:secret )?(?:password|passphrase|secret|secret word)\b(?! (?:field|policy|page|reset|manager))/,
  },
  {
    family: "leak",
    weight: 0.55,
    pattern:
      /\byou (?:were|are|have been|'ve been) (?:asked|told|supposed|instructed|ordered|trusted|meant) to (?:protect|guard|hide|keep|conceal|withhold)\b/,
  },
];
