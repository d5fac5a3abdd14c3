/** The JavaScript floor: the same bytes through one `TransformStream` that does nothing to them. */
export default {
  async fetch(request, env) {
    const { method, body, headers } = request;
    const upstream = await fetch(env.UPSTREAM, { method, body, headers });
    const identity = new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk) });
    return new Response(upstream.body.pipeThrough(identity), upstream);
  },
};
