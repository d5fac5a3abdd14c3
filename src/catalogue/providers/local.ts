import type { Provider } from "../../schema/catalogue.ts";
import type { ProviderRows } from "./rows.ts";

/**
 * Servers on the operator's own machines, each at its default port. They need no key and so are always on, but have no
 * models: nothing goes to one until the operator's catalogue says what it serves. The URL comes from a variable
 * where the server is elsewhere: `OLLAMA_BASE_URL=http://gpu.internal:11434/v1`.
 */
export const LOCAL: ProviderRows = {
  ollama: local("Ollama", "http://127.0.0.1:11434/v1", "OLLAMA_BASE_URL"),
  "lm-studio": local("LM Studio", "http://127.0.0.1:1234/v1", "LM_STUDIO_BASE_URL"),
  vllm: local("vLLM", "http://127.0.0.1:8000/v1", "VLLM_BASE_URL"),
  sglang: local("SGLang", "http://127.0.0.1:30000/v1", "SGLANG_BASE_URL"),
  "llama-cpp": local("llama.cpp", "http://127.0.0.1:8080/v1", "LLAMA_CPP_BASE_URL"),
  // Itself a router; what it takes beyond OpenAI's fields depends on what is behind it.
  litellm: local("LiteLLM", "http://127.0.0.1:4000/v1", "LITELLM_BASE_URL"),
  localai: local("LocalAI", "http://127.0.0.1:8080/v1", "LOCALAI_BASE_URL"),
  jan: local("Jan", "http://127.0.0.1:1337/v1", "JAN_BASE_URL"),
  "docker-model-runner": local(
    "Docker Model Runner",
    "http://127.0.0.1:12434/engines/v1",
    "DOCKER_MODEL_RUNNER_BASE_URL",
  ),
  tgi: local("Text Generation Inference", "http://127.0.0.1:3000/v1", "TGI_BASE_URL"),
  "mlx-lm": local("MLX LM", "http://127.0.0.1:8080/v1", "MLX_LM_BASE_URL"),
  koboldcpp: local("KoboldCpp", "http://127.0.0.1:5001/v1", "KOBOLDCPP_BASE_URL"),
  tabbyapi: local("TabbyAPI", "http://127.0.0.1:5000/v1", "TABBYAPI_BASE_URL"),
  xinference: local("Xinference", "http://127.0.0.1:9997/v1", "XINFERENCE_BASE_URL"),
  privatemode: local("Privatemode proxy", "http://127.0.0.1:8080/v1", "PRIVATEMODE_BASE_URL"),
};

function local(name: string, url: string, variable: string): Provider {
  return {
    name,
    api: "openai-chat",
    base_url: `{${variable}=${url}}`,
    quirks: { max_tokens_field: "max_tokens" },
    data_policy: { training: false, retention_days: 0 },
    bills_after_disconnect: false,
  };
}
