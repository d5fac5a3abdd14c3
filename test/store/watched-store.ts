import { env } from "cloudflare:workers";

/** The store, with its reads counted and its answers as a test wants them. */
export function watchedStore() {
  const state = { reads: 0, isDown: false, answer: undefined as unknown, options: [] as unknown[] };
  const kv = new Proxy(env.KV, {
    get(target, property) {
      const value = Reflect.get(target, property);
      if (property !== "get") return typeof value === "function" ? value.bind(target) : value;
      return (...args: unknown[]) => {
        state.reads += 1;
        state.options.push(args[1]);
        if (state.isDown) return Promise.reject(new Error("KV GET failed: 503"));
        return state.answer === undefined ? Reflect.apply(value, target, args) : Promise.resolve(state.answer);
      };
    },
  });
  return Object.assign(state, { kv });
}
