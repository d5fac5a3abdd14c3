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
  `(?<![\\p{L}\\p{N}])(?:${FIELD}|surname|forename|fname|lname|from|to|cc|bcc|attn|attention|signed(?: by)?|author|manager|reviewers?|assignees?|assigned to|owner|reporter|sender|recipient|beneficiary|cardholder|customer|client|patient|employee|applicant|attendees?|participants?|present|guests?|passengers?|speaker(?: \\d)?|driver|tenant|landlord|witness(?:es)?|doctor|physician|teacher|student|candidate|interviewer|interviewee|caller|agent|spouse|husband|wife|mother|father|child|next of kin|emergency contact|prepared by|approved by|submitted by|requested by|created by|written by|contact(?: person)?|vorname|nachname|ansprechpartner(?:in)?|kunde|kundin|absender|empf[aä]nger|nombre(?: completo)?|apellidos?|cliente|paciente|titular|nom(?: complet)?|prénom|nome(?: completo)?|cognome|sobrenome|naam|navn|namn|imi[eę](?: i nazwisko)?|nazwisko|név|jm[eé]no|ad[ıi]? ?soyad[ıi]?|m[üu][şs]teri|фио|имя|фамилия|отчество|клиент|получатель|отправитель|клієнт|ім'я|прізвище|inhaber(?:in)?|kontoinhaber(?:in)?|karteninhaber(?:in)?|mieter(?:in)?|patient(?:in)?|zeuge|zeugin|titulaire|b[ée]n[ée]ficiaire|client(?:e)?|assur[ée]e?|patiente|intestatario|paziente|beneficiari[oa]|destinatari[oa]|remitente|respons[aá]vel|solicitante|klant|contactpersoon|klient(?:ka)?|pacjent(?:ka)?|odbiorca|nadawca|osoba kontaktowa|kontakt(?:person)?|kund|asiakas|potilas|yhteyshenkilö|ügyfél|zákazník|pacient|objednatel|vásárló|pelanggan|nama(?: lengkap)?|khách hàng|họ tên|họ và tên|όνομα|ονοματεπώνυμο|user|username|display ?name|fullname|firstname|lastname|givenname|familyname|reviewed-by|co-authored-by|signed-off-by|acked-by|reported-by|tested-by|maintainer|solicitor|lawyer|attorney|caller|signatory|payee|payer|holder|insured|guarantor)["']?\\s{0,3}[:=]\\s{0,3}["']?$`,
  "iu",
);
const PLAIN_LABEL =
  /(?<!\p{L}[ _-]?)["']?(?:name|user|user ?name|display ?name|kontakt|client|holder)["']?\s{0,3}[:=]\s{0,3}["']?$/iu;
const INTRO =
  /(?<![\p{L}\p{N}])(?:my (?:full |first |last )?name(?:'s| is)|(?:his|her|their|whose|[a-z]'s) (?:full |first |last )?name is|my names|mein name ist|ich hei(?:ß|ss)e|me llamo|mi nombre es|je m'appelle|mon nom est|mi chiamo|il mio nome [eè]|meu nome [eé]|me chamo|mijn naam is|ik heet|jag heter|mitt namn är|jeg heter|jeg hedder|nazywam się|mam na imię|benim ad[ıi]m|ad[ıi]m|меня зовут|моё имя|jmenuji se|numele meu este|mă numesc|мене звати|nimeni on|a nevem|volám sa|με λένε|nama saya|tôi tên là|tên tôi là|ime mi je|zovem se|ben[iı]m ismim|il s'appelle|elle s'appelle|si chiama|se llama|se chama|heter|hedder|intestat[oaie] a|a nombre de|au nom de|em nome de|a nome di|im namen von|op naam van|na imię|lautet auf|(?:in|under) the name(?: of)?|(?:ask|asked|asking) for|the name is|goes by|go by|people call me|you can call me|called me)\s{1,2}$/iu;
const SELF =
  /(?<![\p{L}\p{N}])(?:i am|i'm|im|this is|that's|it's|its|it is|ich bin|hier ist|soy|je suis|c'est|sono|sou|ik ben|ik ben het|met|jag är|jeg er|olen|ben|nazywam|jsem|eu sou|sunt|soc (?:en|la|el)|sou [ao]|soy (?:el|la)|sono (?:il|la)|je suis (?:le|la)|aqui (?:é|e|fala)(?: [ao])?|aquí|habla|tu parle|qui parla|qui è|ici|hier spricht|mit|you're through to|speaking with|i'm called|saya|ako si|i am called)\s{1,2}$/iu;
const GREETING =
  /(?<![\p{L}\p{N}])(?:hi|hello|hey|hiya|dear|yo|thanks|thank you|thx|cheers|welcome|good (?:morning|afternoon|evening|day)|morning|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|servus|moin|hola|buenos d[ií]as|buenas tardes|estimad[oa]|querid[oa]|gracias|bonjour|bonsoir|salut|cher|chère|merci|ciao|caro|cara|buongiorno|gentile|grazie|ol[aá]|oi|prezad[oa]|car[oa]|bom dia|boa tarde|obrigad[oa]|danke|beste|geachte|hoi|dag|bedankt|kära|käre|kære|hej|hei|hejsan|halla|tack|takk|tak|moi|terve|kiitos|cześć|witam|witaj|dzień dobry|dziękuję|szanown[ya]|drog[ai]|ahoj|dobrý den|milý|milá|vážen[ýá]|szia|kedves|tisztelt|bună|dragă|stimate?|merhaba|selam|sevgili|sayın|halo|hai|xin chào|chào|привет|здравствуйте|congratulations|congrats|sorry|bye|goodbye|happy birthday),?\s{1,2}$/iu;
const SIGNATURE =
  /(?<![\p{L}\p{N}])(?:regards|sincerely|cheers|thanks(?: again| so much| a lot)?|thank you(?: very much)?|thx|best(?: wishes)?|yours(?: truly| faithfully)?|love|respectfully|cordially|warmly|take care|signed|xoxo|gr[üu](?:ß|ss)en?|gr[üu](?:ß|ss)e|lg|mfg|vg|cordialement|bien à vous|amicalement|sincères salutations|saludos|atentamente|un abrazo|atenciosamente|abra[çc]os?|cordiali saluti|saluti|groet(?:en|jes)?|mvh|hälsningar|hälsning|hilsen|med venlig hilsen|vennlig hilsen|hilsner|kram|klem|terveisin|pozdrawiam|pozdrowienia|pozdrav(?:em)?|s pozdravem|üdv(?:özlettel)?|cu stimă|cu drag|saygılar(?:ımla)?|sevgiler|selamlar|att\.?|atte\.?|atentamente|bises|bisous|bien cordialement|baci|un abbraccio|un saludo|un beso|beijos?|salam|hormat saya|trân trọng|с уважением|gracias|merci|danke|obrigad[oa]|grazie)[,.!]{0,2}(?: *\n\s{0,6}|, | )[-–—~*]{0,2} ?$/iu;

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
