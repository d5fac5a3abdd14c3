import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import OpenAI from "openai";

/** The official clients, pointed at a gateway and told not to retry by themselves. */

interface Account {
  baseUrl: string;
  key: string;
}

/** The `openai` SDK; `onResponse` gets a copy of every response, for looking at the bytes. */
export function openAiClient({ baseUrl, key }: Account, onResponse?: (copy: Response) => void): OpenAI {
  const tapped = async (url: string | URL | Request, init?: RequestInit) => {
    const response = await fetch(url, init);
    onResponse?.(response.clone());
    return response;
  };
  return new OpenAI({ baseURL: baseUrl, apiKey: key, maxRetries: 0, fetch: onResponse ? tapped : fetch });
}

/** `@openrouter/sdk`, whose schemas refuse what does not follow the contract. */
export function openRouterClient({ baseUrl, key }: Account): OpenRouter {
  return new OpenRouter({
    serverURL: baseUrl,
    apiKey: key,
    retryConfig: { strategy: "none" },
    httpClient: new HTTPClient({ fetcher: (request, init) => fetch(request, init) }),
  });
}
