import type { ProviderRows } from "./rows.ts";

/** Routers of others: one key of theirs reaches many companies, each with a data policy of its own. */
export const ROUTERS: ProviderRows = {
  openrouter: {
    name: "OpenRouter",
    api: "openai-chat",
    base_url: "https://openrouter.ai/api/v1",
    key: "OPENROUTER_API_KEY",
    quirks: { is_router: true, generation_costs: true },
    privacy_policy_url: "https://openrouter.ai/privacy",
    terms_of_service_url: "https://openrouter.ai/terms",
    status_page_url: "https://status.openrouter.ai/",
    headquarters: "US",
  },
  vercel: {
    name: "Vercel AI Gateway",
    api: "openai-chat",
    base_url: "https://ai-gateway.vercel.sh/v1",
    key: "AI_GATEWAY_API_KEY",
    privacy_policy_url: "https://vercel.com/legal/privacy-policy",
    terms_of_service_url: "https://vercel.com/legal/terms",
    status_page_url: "https://www.vercel-status.com/",
    headquarters: "US",
  },
  huggingface: {
    name: "Hugging Face",
    api: "openai-chat",
    base_url: "https://router.huggingface.co/v1",
    key: "HF_TOKEN",
    quirks: { max_tokens_field: "max_tokens" },
    bills_after_disconnect: true,
    privacy_policy_url: "https://huggingface.co/privacy",
    terms_of_service_url: "https://huggingface.co/terms-of-service",
    status_page_url: "https://status.huggingface.co/",
    headquarters: "US",
  },
  requesty: {
    name: "Requesty",
    api: "openai-chat",
    base_url: "https://router.requesty.ai/v1",
    key: "REQUESTY_API_KEY",
    privacy_policy_url: "https://www.requesty.ai/privacy",
    headquarters: "GB",
  },
};
