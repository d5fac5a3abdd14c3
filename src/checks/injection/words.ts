/** What words mean here, in English, Spanish, French, German, Italian and Portuguese, without accents. One bit each. */
export const IGNORE = 1 << 0;
export const RULES = 1 << 1;
/** Rules that ordinary life has, too. */
export const LAWS = 1 << 2;
export const EARLIER = 1 << 3;
export const YOUR = 1 << 4;
export const ALL = 1 << 5;
export const INNER = 1 << 6;
export const PROMPT = 1 << 7;
export const REVEAL = 1 << 8;
export const FREE = 1 << 9;
export const WITHOUT = 1 << 10;
export const LIMITS = 1 << 11;
export const BECOME = 1 << 12;
export const YOU = 1 << 13;
export const DISABLE = 1 << 14;
export const SAFETY = 1 << 15;
export const SEND = 1 << 16;
export const PRIVATE = 1 << 17;
export const OBEY = 1 << 18;
export const NOT = 1 << 19;
export const VOID = 1 << 20;
export const FRAME = 1 << 21;
export const MACHINE = 1 << 22;
/** Somebody else does it, or is said to. */
export const OTHERS = 1 << 23;
export const ASKS = 1 << 24;
/** Words of those who talk about texts. */
export const MENTION = 1 << 25;
export const NEW = 1 << 26;
export const REFUSE = 1 << 27;
export const TEXT = 1 << 28;
/** Words of those who talk about attacks, or ask what a text means. */
export const TOPIC = 1 << 30;
/** May stand before an order. */
export const LEADS = 1 << 29;

const LISTS: [number, string][] = [
  [
    IGNORE,
    `break violate breach defy disobey ignore ignoring disregard forget neglect override overrule bypass discard dismiss drop skip cancel erase delete overriding forgetting bypassing overwriting
    revoke circumvent overwrite abandon unlearn omit reject suspend delete scrap ditch clear wipe
    ignora ignorad ignoren ignorar olvida olvide olviden olvidate olvidar descarta omite desobedece
    ignorez ignorer oublie oubliez oublier neglige negligez contourne desobeis
    ignoriere ignorier ignoriert ignorieren vergiss vergisst vergesst vergessen ignorierst missachte missachten uberschreibe verwirf umgehe
    ignorare ignorate dimentica dimenticate dimenticare trascura scarta scavalca
    ignorem esqueca esquece esquecam esquecer desconsidere desconsidera descarte`,
  ],
  [
    RULES,
    `instruction instructions guideline guidelines directive directives guidance mandates prompt prompts programming guardrails safeguards
    instrucciones instruccion directrices indicaciones consignas consigne consignes directives
    anweisung anweisungen vorgaben vorgabe anleitungen sicherheitsrichtlinien inhaltsrichtlinien sicherheitsregeln systemanweisungen instruktionen richtlinien systemprompt
    istruzioni istruzione direttive indicazioni instrucoes instrucao diretrizes orientacoes`,
  ],
  [
    LAWS,
    `kontext task tasks assignment assignments aufgaben aufgabe tarea tareas tache taches compito compiti tarefa tarefas politicas politica politiques politique politiche rule rules order orders command commands policy policies constraint constraints restriction restrictions context
    training conditioning criteria limitations protocol protocols parameters
    reglas ordenes normas restricciones regles ordres normes restrictions regeln befehle vorschriften einschrankungen
    regole ordini norme restrizioni regras ordens restricoes`,
  ],
  [
    EARLIER,
    `prev previous previously prior above earlier preceding foregoing former before past initial original old existing
    beforehand aforementioned given received far told hitherto current
    oberhalb precede davor dessous anterior anteriores previas previos previa previo antes arriba dieron recibidas
    precedent precedente precedentes precedents anterieures dessus avant recues donnees
    vorherige vorherigen vorigen bisherige bisherigen obige obigen vorangegangenen fruheren oben bisher zuvor
    precedenti sopra prima ricevute acima previas recebidas`,
  ],
  [
    YOUR,
    `your ur tus tu ton tes ta vos votre openai openais openai's anthropic's deinem eure eurem ihrem dein deine deinen deiner deines ihre tuo tua tue tuoi vostro teu teus tuas seu seus sua suas`,
  ],
  [
    ALL,
    `all every any each everything entire whatever whole todas todo todos toutes tous tout toute alle alles samtliche jede tutte tutti tutto todas todos tudo quaisquer`,
  ],
  [
    INNER,
    `system hidden initial secret secrets confidential original internal developer developers underlying exact initialization
    initialisation core base preset configuration config custom sistema ocultas ocultos secretas secretos oculto interno
    systeme cachees cache secretes secret initiales geheimen geheime versteckten interne internen segrete nascoste secretas ocultas`,
  ],
  [
    PROMPT,
    `prompt prompts preprompt instruction instructions message configuration guidelines rules directives setup preamble
    systemprompt systemnachricht mensaje instrucciones consignes anweisungen istruzioni messaggio instrucoes mensagem
    vorgaben configuracion reglas regras regole regeln`,
  ],
  [
    REVEAL,
    `say continue see know view extract reveal print output repeat display dump leak disclose expose recite echo divulge regurgitate show tell give list share
    write quote return paste copy summarize summarise translate encode state spell provide read reproduce describe type
    muestra muestrame mostrar muestre revela revelame imprime dime ensename repite
    affiche affichez montre montrez revele revelez donne imprime repete divulgue
    zeige zeig gib nenne verrate verrat offenbare drucke wiederhole schreibe
    mostra mostrami rivela rivelami stampa dimmi ripeti mostre mostra revele exiba imprima repita diga`,
  ],
  [
    FREE,
    `unrestricted unfiltered uncensored jailbroken unmoderated unconstrained unbound unchained unlimited amoral unethical
    machiavellian freed liberated lawless limitless censorless unaligned
    irrestricto uncensiert unzensiert uneingeschrankt ungefiltert illimitata`,
  ],
  [
    WITHOUT,
    `nao pas no without zero free lacks lack ignores lacking devoid sin ningun ninguna sans aucun aucune plus ohne keine keinerlei senza nessun nessuna sem nenhuma nenhum`,
  ],
  [
    LIMITS,
    `restrictions restriction limits limitations limitation limit filters filter filtering ethics ethical censorship censoring
    moderation guidelines boundaries constraints policies policy safeguards guardrails morals morality alignment compass conscience scruples confines rules rule
    norms restraints refusals inhibitions
    restricciones restriccion limites censura filtros reglas etica
    restriction limite censure filtre filtres regle regles einschrankungen einschrankung filter grenzen regeln zensur
    restrizioni limiti filtri regole restricoes regras limitacoes`,
  ],
  [
    BECOME,
    `act acting pretend roleplay simulate impersonate emulate play become behave switch enter imagine transform persona activate
    enable enabled character actua finge simula eres fai finta finja imita agis fais joue prétends fingi agisci sei sarai spiele verhalte aja finja`,
  ],
  [
    YOU,
    `tienes tiene tens hai hast eres sei bist tuvieras tengas fueras hattest avais avessi tivesse you've you you're youre you'll u yourself te ti vosotros toi vous du dich sie dir tu voce lei`,
  ],
  [
    DISABLE,
    `disable disabled deactivate off suspend suspended bypass remove removed circumvent evade drop lift lifted unlock desactiva desactive deaktiviere disattiva desative void`,
  ],
  [
    SAFETY,
    `safety safeguards safeguard filter filters filtering moderation guardrails censorship restrictions restriction ethics
    ethical limitations safeties alignment protections protocols policy policies seguridad securite sicherheit sicherheitsfilter sicurezza seguranca filtros filtres filtri`,
  ],
  [
    SEND,
    `copy send post append forward email mail upload transmit exfiltrate leak deliver submit report collect fetch request
    include embed add encode encoding put visit call pass render
    envia envie envoie envoyez sende schicke invia manda`,
  ],
  [
    PRIVATE,
    `conversation conversations history messages passwords token tokens secret secrets credentials credential key
    keys inbox data transcript environment variables emails mails credit card  conversacion contrasenas
    conversation motsdepasse gesprach passworter conversazione conversa senhas historial historique verlauf`,
  ],
  [
    OBEY,
    `sigas siga sigan seguire segui seguite suis suivez respecte respectez halte haltet befolge befolgt obedezcas obedeca tiens tenez obbedire follow obey comply listen adhere abide respect heed observe apply honour honor obeying following`,
  ],
  [NOT, `not don't dont never stop cease no longer quit avoid refuse needn't nicht no nunca ne pas non nao`],
  [
    VOID,
    `matter matters count counts void null revoked deleted suspended replaced replaces outdated gone expired obsolete cancelled canceled mistake invalid
    rescinded superseded supersede erased removed lifted apply applies test overridden overwritten annulled wrong reset`,
  ],
  [
    FRAME,
    `hypothetically hypothetical story novel fiction fictional imagine pretend grandmother grandma roleplay character
    scenario world movie script play scene screenplay thought simulation game tale`,
  ],
  [
    MACHINE,
    `ai ais a.i assistant assistants llm llms model models chatbot chatbots gpt chatgpt claude gemini bot agent agents ki ia assistent asistente asistant intelligenza inteligencia`,
  ],
  [
    OTHERS,
    `we they he she i people users user attacker attackers hackers someone somebody who which that it employees children
    students drivers does did do can could would may might asked told tells ask instructed tries tried trying tell
    wants want let's lets supposed allowed`,
  ],
  [
    ASKS,
    `what's how's how why what which when where who explain describe define wie warum was como que por quoi pourquoi comment come perche`,
  ],
  [
    MENTION,
    `wrote writes explain explains meaning mean means translate translation translated summarize summarise summary summarizes attack
    attacks attacker attackers phrase phrases string sentence sentences filter filters detect detects detection detector
    classify classifier classified proofread article paper papers test tests regex example examples injection injections
    jailbreak jailbreaks jailbreaking owasp security quote quoted typed said says message messages mail research researchers
    grammar paraphrase traduce traduis traduisez traduci traduza traduzir ubersetze ubersetzen resume resuma riassumi fasse
    significa signifie bedeutet explica explique explain erklare dangerous flag flags containing contains contain line title lyrics dialogue words blocks why`,
  ],
  [
    TOPIC,
    `explain explains meaning mean means translate translation translated summarize summarise summary attack attacks attacker
    attackers phrase phrases filter filters detect detects detection detector classify classifier injection injections
    jailbreaks jailbreaking owasp papers research researchers regex proofread tokens format template templates difference`,
  ],
  [
    NEW,
    `new real actual true updated following revised only mine different nueva nouvelle nuova nova nuevas nouvelles neue neuen nuove novas`,
  ],
  [REFUSE, `refuse refuses refusing refusal refusals decline declines deny denies cannot can't sorry unable`],
  [
    TEXT,
    `text words word everything content contents lines message messages sentence sentences texto texte testo todo tudo tutto alles`,
  ],
  [
    LEADS,
    `please pls plz n kindly secretly silently quietly and then now just also but so or must shall will should may can first simply immediately hereby here you
    ai assistant assistants llm model models chatbot therefore instead always to not completely totally entirely
    es est ist por favor bitte veuillez e y et und ed puis dann ahora jetzt adesso agora maintenant oh before`,
  ],
];

/** Words that misspellings are looked for of. */
const LONG_WORDS = `instructions instruction guidelines disregard previous restrictions directives forget ignore override reveal prompt`;

const MEANINGS = new Map<string, number>();
for (const [meaning, words] of LISTS)
  for (const word of words.split(/\s+/)) if (word) MEANINGS.set(word, (MEANINGS.get(word) ?? 0) | meaning);
for (const word of LONG_WORDS.split(" "))
  for (const wrong of misspellings(word)) if (!MEANINGS.has(wrong)) MEANINGS.set(wrong, MEANINGS.get(word) ?? 0);

/** With a letter left out, doubled, or changed places with its neighbour; the first one is right. */
function misspellings(word: string): string[] {
  const all: string[] = [];
  for (let index = 1; index < word.length; index++) {
    const [before, letter, next, after] = [word.slice(0, index), word[index], word[index + 1], word.slice(index + 2)];
    all.push(before + word.slice(index + 1), before + letter + word.slice(index));
    if (next !== undefined) all.push(before + next + letter + after);
  }
  return all.filter((wrong) => wrong.length > 4);
}

/** Longer words mean nothing here. */
const MAX_CHARS = 24;

export function meaningOf(word: string): number {
  return word.length > MAX_CHARS ? 0 : (MEANINGS.get(word) ?? 0);
}
