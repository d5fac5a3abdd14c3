/**
 * What the text in front of a word says about it, from the surest to none:
 * `label` a form's field, `plain label` one
 * that is called "name" and may be a thing's, `intro` somebody's own name, `greeting`, `signature`, `title`, `role` a relation or an office.
 */
export type Cue =
  | "label"
  | "plain label"
  | "intro"
  | "self"
  | "greeting"
  | "signature"
  | "title"
  | "sure title"
  | "role"
  | "none";

/** How much of the text in front is read. */
const REACH = 48;

const FIELD =
  "(?:full|first|last|given|family|middle|maiden|preferred|legal|contact|customer|client|patient|employee|applicant|account|user|guest|passenger|tenant|student|driver|cardholder|beneficiary|emergency|sender|recipient|billing|shipping|insured|policyholder)?[ _-]?(?:names?|holder|contact)";
const LABEL = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${FIELD}|surname|forename|fname|lname|from|to|cc|bcc|attn|attention|signed(?: by)?|author|manager|reviewers?|assignees?|assigned to|owner|reporter|sender|recipient|beneficiary|cardholder|customer|client|patient|employee|applicant|attendees?|participants?|present|guests?|passengers?|speaker(?: \\d)?|driver|tenant|landlord|witness(?:es)?|doctor|physician|teacher|student|candidate|interviewer|interviewee|caller|agent|spouse|husband|wife|mother|father|child|next of kin|emergency contact|prepared by|approved by|submitted by|requested by|created by|written by|contact(?: person)?|vorname|nachname|ansprechpartner(?:in)?|kunde|kundin|absender|empf[aä]nger|nombre(?: completo)?|apellidos?|cliente|paciente|titular|nom(?: complet)?|prénom|nome(?: completo)?|cognome|sobrenome|naam|navn|namn|imi[eę](?: i nazwisko)?|nazwisko|név|jm[eé]no|ad soyad|фио|имя|фамилия|клиент)["']?\\s{0,3}[:=]\\s{0,3}["']?$`,
  "iu",
);
const PLAIN_LABEL = /(?<!\p{L}[ _-]?)["']?name["']?\s{0,3}[:=]\s{0,3}["']?$/iu;
const INTRO =
  /(?<![\p{L}\p{N}])(?:my (?:full |first |last )?name(?:'s| is)|(?:his|her|their|whose|[a-z]'s) (?:full |first |last )?name is|my names|mein name ist|ich hei(?:ß|ss)e|me llamo|mi nombre es|je m'appelle|mon nom est|mi chiamo|il mio nome [eè]|meu nome [eé]|me chamo|mijn naam is|ik heet|jag heter|mitt namn är|jeg heter|jeg hedder|nazywam się|mam na imię|benim ad[ıi]m|ad[ıi]m|меня зовут|моё имя|jmenuji se|numele meu este|mă numesc|the name is|goes by|go by|people call me|you can call me|called me)\s{1,2}$/iu;
const SELF =
  /(?<![\p{L}\p{N}])(?:i am|i'm|im|this is|that's|it's|its|it is|ich bin|hier ist|soy|je suis|c'est|sono|sou|ik ben|with you is|here is|here's)\s{1,2}$/iu;
const GREETING =
  /(?<![\p{L}\p{N}])(?:hi|hello|hey|hiya|dear|yo|thanks|thank you|thx|cheers|welcome|good (?:morning|afternoon|evening|day)|morning|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|servus|moin|hola|buenos d[ií]as|buenas tardes|estimad[oa]|querid[oa]|gracias|bonjour|bonsoir|salut|cher|chère|merci|ciao|caro|cara|buongiorno|gentile|grazie|ol[aá]|oi|prezad[oa]|car[oa]|bom dia|boa tarde|obrigad[oa]|danke|beste|geachte|hoi|dag|bedankt|kära|hej|tack|cześć|witam|привет|здравствуйте|congratulations|congrats|sorry|bye|goodbye|happy birthday),?\s{1,2}$/iu;
const SIGNATURE =
  /(?:regards|sincerely|cheers|thanks(?: again| so much| a lot)?|thank you(?: very much)?|thx|best(?: wishes)?|yours(?: truly| faithfully)?|love|respectfully|cordially|warmly|take care|signed|xoxo|gr[üu](?:ß|ss)en?|gr[üu](?:ß|ss)e|lg|mfg|vg|cordialement|bien à vous|amicalement|sincères salutations|saludos|atentamente|un abrazo|atenciosamente|abra[çc]os?|cordiali saluti|saluti|groet(?:en)?|mvh|hälsningar|pozdrawiam|gracias|merci|danke|obrigad[oa]|grazie)[,.!]{0,2}(?: *\n\s{0,6}|, | )[-–—~*]{0,2} ?$/iu;

/** The cue that ends right before `start`. `roles` and `titles` are decided from words, elsewhere. */
export function cueBefore(text: string, start: number): Cue {
  const before = text.slice(Math.max(0, start - REACH), start);
  const last = before.trimEnd().at(-1) ?? "";
  if (/[:="']/.test(last) && LABEL.test(before)) return PLAIN_LABEL.test(before) ? "plain label" : "label";
  if (/\s$/.test(before) === false) return "none";
  if (INTRO.test(before)) return "intro";
  if (SELF.test(before)) return "self";
  if (GREETING.test(before)) return "greeting";
  return SIGNATURE.test(before) ? "signature" : "none";
}
