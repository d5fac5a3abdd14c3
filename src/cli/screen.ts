export interface Screen {
  /** Without a path, e.g. `http://127.0.0.1:8787`. */
  origin: string;
  demoKey: string;
  /** Where the management key is, e.g. `.dev.vars`. */
  managementKeyPlace: string;
}

/** What a person sees once the Worker answers. Every command works as it stands. */
export function renderScreen(screen: Screen): string {
  const baseUrl = `${screen.origin}/api/v1`;
  return `
  Pointsman is ready at ${screen.origin}

  Ask for an answer:

${curl(screen, "curl -s", { model: "demo/echo", messages: [{ role: "user", content: "Hello, Pointsman" }] })}

  Watch one arrive:

${curl(screen, "curl -sN", { model: "demo/story", stream: true, messages: [{ role: "user", content: "Tell me a story" }] })}

  For any OpenAI or OpenRouter client:

    base URL  ${baseUrl}
    API key   ${screen.demoKey}

  The demo models need no provider. For real ones, put the key of one into .dev.vars, for example
  OPENAI_API_KEY=sk-..., and start again. README.md, "Use real models", tells more.

  The management key, which makes more keys, is MANAGEMENT_KEY in ${screen.managementKeyPlace}.
  Ctrl-C stops Pointsman. Keys and settings stay in .wrangler/ until you delete it.
`;
}

/** A command for sh, bash or zsh. The body is quoted by apostrophes, so it must contain none. */
function curl(screen: Screen, command: string, body: object): string {
  return [
    `${command} ${screen.origin}/api/v1/chat/completions`,
    `  -H "Authorization: Bearer ${screen.demoKey}"`,
    '  -H "Content-Type: application/json"',
    `  -d '${JSON.stringify(body)}'`,
  ]
    .map((line) => `    ${line}`)
    .join(" \\\n");
}
