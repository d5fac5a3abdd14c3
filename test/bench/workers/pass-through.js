/** The floor: hands the upstream's body straight back, no JavaScript per chunk. */
export default {
  fetch: (request, env) =>
    fetch(env.UPSTREAM, { method: request.method, body: request.body, headers: request.headers }),
};
