import { setTimeout as wait } from "node:timers/promises";
import { drawsOf } from "./draws.ts";
import { jsonOf } from "./gateway.ts";
import { type ManyIsolates, startIsolates } from "./many-isolates.ts";
import { chunk, completion, DONE, errorBody, event, ROLE, say } from "./openai-chat.ts";
import { type Answer, json, pause, type Step, sse, startUpstream, type Upstream } from "./upstream.ts";

/** Isolates in front of an upstream whose answers have known costs. */
export interface Spending {
  isolates: ManyIsolates;
  upstream: Upstream;
  /** Looks at a key's balance as long as the work takes; gives the most that was ever spent and lent together. */
  watched<Result>(account: string, work: () => Promise<Result>): Promise<{ result: Result; most: number }>;
  /** What a key's records say that it has spent, in nano-dollars. */
  replayed(account: string): Promise<number>;
  close(): Promise<void>;
}

/** What becomes of a request, by its number: the same in every run. */
export interface Fate {
  /** Three in ten. */
  fails: boolean;
  /** One in five. */
  leaves: boolean;
  /** Half of them. */
  isStream: boolean;
  /** Of the answer: between a fifth and all of what the request allows. */
  share: number;
}

/** Of endpoints that fail; so many that none has enough failures in a row to be passed over. */
export const ROUGH_MODELS = 500;
const PRICING = { prompt: "0.000001", completion: "0.000001" };
/** A stream that is left goes on for so many words, which take a second. */
const WORDS = 20;

export function fateOf(number: number): Fate {
  const draw = drawsOf(number);
  const [kind, length, mode] = [draw(), draw(), draw()];
  const leaves = kind >= 0.8;
  return { fails: kind < 0.3, leaves, isStream: leaves || mode < 0.5, share: 0.2 + 0.8 * length };
}

/** A request that costs at most `maxTokens` micro-dollars and a few for its prompt. */
export function askFor(number: number, { model, maxTokens }: { model: string; maxTokens: number }): object {
  const messages = [{ role: "user", content: String(number) }];
  return { model, messages, max_tokens: maxTokens, stream: fateOf(number).isStream };
}

/** Models: `acme/smooth`, whose requests all go well, and `acme/rough-<n>`, whose requests have their fates. */
export async function startSpending(count: number): Promise<Spending> {
  const isolates = await startIsolates(count);
  const upstream = await startUpstream();
  const provider = { name: "Company", api: "openai-chat", base_url: upstream.route(answer).baseUrl };
  const names = ["smooth", ...Array.from({ length: ROUGH_MODELS }, (_, index) => `rough-${index}`)];
  const modelOf = (name: string) => {
    const endpoints = [{ provider: name, model: name.split("-")[0], pricing: PRICING }];
    return [`acme/${name}`, { name, endpoints }];
  };
  const document = {
    providers: Object.fromEntries(names.map((name) => [name, provider])),
    models: Object.fromEntries(names.map(modelOf)),
  };
  await jsonOf(await isolates.send(0, "/catalog", { method: "PUT", json: document }), 200);
  return {
    isolates,
    upstream,
    watched: (account, work) => watch(isolates, account, work),
    async replayed(account) {
      const rows = await isolates.queryAll<{ nanoUsd: number }>(
        `select coalesce(sum(record ->> 'costNanoUsd'), 0) as nanoUsd from generation where key_hash = '${account}'`,
      );
      return rows.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
    },
    async close() {
      await isolates.close();
      await upstream.close();
    },
  };
}

/** A request tells its number in its only message. */
const answer: Answer = (exchange) => {
  const { messages, model, stream, max_tokens } = exchange.visit.body;
  const fate = fateOf(Number(messages[0].content));
  const isRough = model === "rough";
  if (isRough && fate.fails) return json(errorBody("No."), { status: 500 })(exchange);
  const tokens = Math.round(max_tokens * fate.share);
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: 1 + tokens };
  if (stream !== true) return json(completion("Hi", { usage }))(exchange);
  const words: Step[] =
    isRough && fate.leaves
      ? Array(WORDS)
          .fill([say("word "), pause(50)])
          .flat()
      : [];
  const last = event({ object: "chat.completion.chunk", choices: [], usage });
  return sse([ROLE, say("Hi"), pause(20), ...words, chunk({}, "stop"), last, DONE])(exchange);
};

async function watch<Result>(isolates: ManyIsolates, account: string, work: () => Promise<Result>) {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      // While the process is down nothing is to be seen.
      const balance = await isolates.balance(account).catch(() => undefined);
      if (balance) most = Math.max(most, balance.spent + balance.lent);
      await wait(100);
    }
  })();
  try {
    return { result: await work(), most };
  } finally {
    isOver = true;
    await watching;
  }
}
