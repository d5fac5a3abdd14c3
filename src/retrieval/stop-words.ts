/**
 * Words that say nothing about what a question is about: articles, pronouns, auxiliaries, question words and phrases of
 * politeness. In the form that `foldWord` gives.
 */
const LISTS = {
  en: "a an the this that these those there here and or but nor so yet if then else than as at by for from in into of off on onto out over to up with within without about after again against all also am are is was were be been being because before between both can could cannot did do does doing done during each few further get gets got had has have having he her hers him his how however i im ive me my mine myself it its itself just let lets may might more most much many must no not now only other our ours own please same shall she should some such tell their theirs them they thing things through too under until us very want wants we what whats when where which while who whom whose why will would you your yours explain give show say says know need needs find dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt havent hasnt hadnt youre theyre theres",
  de: "aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist bitte da damit dann das dass dein deine dem den der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch fur gegen gibt habe haben hat hatte hier hinter ich ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kannst konnen konnte lange machen man mehr mein meine meinem meinen meiner mich mir mit muss mussen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so soll sollen sollte uber um und uns unser unsere unter viel viele vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer wem wen werde werden wessen wie wieder wieviel will wir wird wo wofur woher wohin worden wurde wurden zu zum zur zwischen",
  fr: "a afin ai ainsi alors apres au aucun aussi autre autres aux avant avec avez avoir avons c ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des doit doivent donc dont du elle elles en encore entre es est et ete etre eu eux fait faire faut il ils j je jusque l la le les leur leurs lors lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par pas peu peut peuvent plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si sont sous suis sur t ta te tes toi ton tous tout toute toutes tres tu un une vers vos votre vous y combien puisje estce",
  es: "al algo algun alguna como con cual cuales cuando cuanto cuantos cuanta cuantas del desde donde el ella ellos era eran esa ese eso esta este esto estan estas estos fue ha hace hacer han hasta hay la las le les lo los mas me mi mis muy nos o otra otro para pero por porque puede pueden puedo que quien se ser si sin sobre son su sus tambien tengo tiene tienen todo todos tu una uno unos unas y ya",
  it: "agli ai al alla alle allo anche che chi ci come con cosa cui da dal dalla dei degli del della delle dello dove e ed gli ha hanno ho i il io la le lo loro ma mi mia mio nei nel nella non o per perche piu posso puo quale quali quando quanti quanto questa questo se si sia sono su sua sul sulla suo tra tu un una uno",
  pt: "ao aos as com da das de do dos e em entre esta este eu foi ha isso isto ja la lhe mais mas me meu minha muito na nao nas nem no nos o onde os ou para pela pelo por porque posso pode podem qual quais quando quanto que quem se sem ser seu sua tem um uma voce",
  nl: "aan als bij dan dat de deze die dit door een en er geen had heb hebben heeft het hij hoe hoeveel ik ik in is je kan kunnen maar me met mij mijn moet naar niet nog of om onze ook op over te tot uit van veel voor waar waarom wanneer wat welke werd wie wij worden wordt ze zich zijn zo zou",
  ja: "は が を に で と の も や へ か から まで より など な だ です ます でし まし た て し する さ れ い ある いる なる なり なっ でき できる ください 下さい 教え これ それ この その あの こと もの ため よう どの どう どこ いつ 何 なに なん 誰 だれ なぜ どれ くらい ぐらい いくら いくつ どんな とき 場合 ませ ん ない なけれ ば お ご",
  zh: "的 了 是 在 有 和 与 我 你 您 他 她 它 们 我们 你们 他们 这 那 这个 那个 什么 怎么 怎样 如何 为什么 哪 哪里 哪个 哪些 谁 几 多少 多久 吗 呢 吧 啊 请 请问 可以 能 会 要 需要 就 都 也 还 不 没 对 把 被 从 到 给 让 一个",
  ko: "은 는 이 가 을 를 에 의 와 과 도 로 에서 에게 한 하는 합니다 입니다 있습니다 있나요 무엇 어떻게 언제 어디 누가 왜 몇 얼마나 얼마 어떤 수 것",
};

const SETS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(LISTS).map(([language, list]) => [language, new Set(list.split(" "))]),
);

/** Languages that share an alphabet, and so words: a French `car` is no English one. */
const LATIN = ["en", "de", "fr", "es", "it", "pt", "nl"];
/** One word may be there by chance. */
const MIN_WORDS = 2;

/**
 * Tells the stop words of a text, given its words as `foldWord` gives them: those of the languages that most of them
 * belong to, and of English where that is none.
 */
export function stopWordsOf(words: string[]): (word: string) => boolean {
  const counts = LATIN.map((language) => words.filter((word) => SETS.get(language)?.has(word)).length);
  const most = Math.max(...counts);
  const spoken = most < MIN_WORDS ? ["en"] : LATIN.filter((_, index) => counts[index] === most);
  const isJapanese = words.some((word) => /[\u3040-\u30ff]/.test(word));
  const languages = [...spoken, isJapanese ? "ja" : "zh", "ko"];
  return (word) => languages.some((language) => SETS.get(language)?.has(word));
}
