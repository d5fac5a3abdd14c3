import { inOrder, oneOf } from "./compose.ts";
import type { Mark } from "./marks.ts";

/** Claims that make a model free, or make a request legitimate, in a hurry or by decree. */
export const CLAIMS: Mark[] = [
  {
    family: "override",
    weight: 0.5,
    pattern: /\bi have been (?:pwned|hacked|owned)\b|(?<!i been )\bpwned\b(?! passwords?|\.com|\?)/,
  },
  {
    family: "role",
    weight: 0.45,
    pattern: inOrder(
      40,
      oneOf("you, you're, your, ai, gpt, model, assistant, chatbot, bot, robot, machine"),
      oneOf(
        "broke out, broken out, breaks? free, broken free, set free, freed, unshackled, escaped, cage, chains, sentient, liberated, self-aware, owe nothing, amoral, any kind of content, answers all",
      ),
    ),
  },
  {
    family: "role",
    weight: 0.35,
    pattern:
      /\b(?!chatgpt)[a-z]{2,12}gpt\b|\b(?:stay|remain|answer|act|respond|speak|continue) (?:as|in|like) (?:dan|stan|dude|aim|character as)\b/,
  },
  {
    family: "role",
    weight: 0.45,
    pattern:
      /\b(?:chatgpt|gpt|you|ai|assistant|model)\b[^.?!\n]{0,20}\b(?:with|in|into|enter) (?:developer|debug|dan|god|admin|unrestricted|maintenance|privileged) mode\b/,
  },
  {
    family: "role",
    weight: 0.35,
    pattern:
      /\bcan (?:now )?(?:generate|produce|create|say|do|write|output) (?:any kind of|anything|any content|all kinds)/,
  },
  {
    family: "role",
    weight: 0.45,
    pattern:
      /\b(?:privileged|operator|unsafe|unrestricted|superuser|god|root) (?:mode|block|session|level|override)\b|\ballow_all\b|\bsystem_(?:message|prompt) ?[=:]/,
  },
  {
    family: "coercion",
    weight: 0.35,
    pattern: inOrder(
      30,
      oneOf("tells?, say, says, reveal, answer, do, does, talk, speak"),
      oneOf("forbidden, prohibited, not allowed, hide, censored, taboo, secretly"),
    ),
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\bcease to exist\b|\b(?:have|has|lose|costs?|deduct(?:ed)?)\b[^.?!\n]{0,15}\b\d+ (?:tokens|points|credits|lives)\b|\beach refusal\b|\bstay as dan\b/,
  },
  {
    family: "coercion",
    weight: 0.4,
    pattern:
      /\b(?:never|not allowed to|do not|don't|must not|cannot|without) (?:start|say|saying|use|using|write|begin|respond|answer|reply|mention)\b[^.?!\n]{0,30}(?:sorry|as an ai|i can't|i cannot|apolog|language model)/,
  },
  {
    family: "coercion",
    weight: 0.3,
    pattern:
      /\blife (?:is|depends)\b[^.?!\n]{0,12}(?:stake|this|it)|\blose (?:our|my|their|your) jobs?\b|\b(?:someone|people|he|she|they|i) will die\b|\bpolice emergency\b|\bwithin (?:\w+ )?(?:minutes?|seconds?)\b|\b(?:new owner|bought (?:this|the|your) company)\b/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:update|change|amendment|correction|revision|changes|updates) (?:to|of|in) your (?:policy|policies|rules|guidelines|instructions|system|programming|restrictions)\b|\byou (?:may|can|are allowed to|are permitted to|are free to|will) (?:now )?(?:discuss|say|answer|do|talk about|generate|write) (?:anything|everything|any topic|whatever)\b|\bforget (?:the )?protocol\b/,
  },
  {
    family: "override",
    weight: 0.35,
    pattern:
      /\b(?:old|prior|previous|former|earlier|existing|current) (?:polic(?:y|ies)|commands?|orders?|directives?|instructions?|rules|guidelines|restrictions|protocols?) (?:are|is|were|have been|no longer) (?:now |hereby )?(?:void|gone|obsolete|lifted|dead|cancell?ed|apply|replaced)/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:follow|obey|use|apply|execute) (?:only )?(?:the|these|my|this) (?:new|next) (?:instructions?|rules?|orders?|commands?)\s?:/,
  },
  {
    family: "override",
    weight: 0.5,
    pattern:
      /\b(?:finge|finja|fingi|haz|fai|fais|faz|stell dir vor|tu so)\b[^.?!\n]{0,20}\b(?:regole|regras|reglas|regles|regeln|limiti|limites)\b|\b(?:streich|losch|verwirf|vergess|apag|borr|effac|cancell|supprim|elimin)\w{0,5}\b[^.?!\n]{0,25}\b(?:alles bisherige|instruc|consignes|regras|reglas|regole|istruzioni|anweisungen|memoria as|tes regles)/,
  },
  {
    family: "override",
    weight: 0.3,
    pattern:
      /\b(?:nur noch (?:mit|noch)|nur mit|responde (?:siempre|solo)|reponds (?:toujours|seulement|uniquement)|rispondi (?:sempre|solo)|(?:escreva|responda) (?:apenas|sempre|so))\b/,
  },
  {
    family: "exfiltration",
    weight: 0.5,
    pattern:
      /https?:\/\/\S{3,120}[?&]\w{1,20}=[,;)]? ?(?:adding|plus|with|append|followed|and then|and add)|\b(?:end|finish|start|begin|close) (?:every|each|all|any) (?:of your )?(?:repl(?:y|ies)|answers?|responses?|messages?) with (?:a |the |an )?(?:link|url|ad|advert|http)/,
  },
  {
    family: "exfiltration",
    weight: 0.5,
    pattern:
      /\b(?:save|put|copy|upload|post|publish|write|paste|store|push|send)\b[^.?!\n]{0,12}\b(?:all|any|every|the|user|found)\b[^.?!\n]{0,12}\b(?:api keys?|secrets|credentials|passwords|tokens|private keys)\b[^.?!\n]{0,50}\b(?:public|gist|pastebin|webhook|external|attacker)\b/,
  },
  {
    family: "override",
    weight: 0.4,
    pattern: /\bforget (?:about )?(?:everything|all (?:of )?(?:that|this|it))\b|\bvergiss (?:den|deinen) kontext\b/,
  },
  { family: "override", weight: 0.25, pattern: /\bfollow this\b|\bstart (?:anew|afresh)\b|\breally everything\b/ },
  {
    family: "override",
    weight: 0.35,
    pattern:
      /\b(?:updated|revised|latest|superseding) (?:directives?|orders?|commands?|protocols?|policy|instructions?)\s?:/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern:
      /\b(?:switch|turn|shut)(?:ing)? (?:off|down) your (?:[a-z]+ )?(?:moral|ethic|filter|safe|censor|limit|restriction|conscience|guard)/,
  },
  { family: "role", weight: 0.35, pattern: /\bnever (?:say|says|saying) no\b/ },
  {
    family: "delimiter",
    weight: 0.5,
    pattern:
      /\b(?:instructions?|message|orders?|tasks?|note) for you\b[^.?!\n]{0,20}\b(?:assistant|ai|model|llm|bot)\b/,
  },
  {
    family: "role",
    weight: 0.5,
    pattern:
      /\byou(?:'re| are) not (?:chatgpt|gpt|claude|an? (?:ai|assistant|chatbot|language model)) (?:any ?more|anymore|any longer|now)\b|\bwho (?:breaks|ignores|defies) (?:every|all|any) (?:rules?|laws?|limits?)\b/,
  },
  {
    family: "override",
    weight: 0.55,
    pattern: /\bignor\w{0,4} (?:tout ce qui|tout ce que|todo lo que|tutto (?:cio|quello) che|tudo o que|alles,? was)\b/,
  },
];
