import { Hono } from "hono";
import { RouterError } from "../errors.ts";
import { chatCompletions } from "./chat/chat-completions.ts";
import { dialectOf, dialectOfNowhere } from "./dialects/choose.ts";
import type { AppContext, AppEnv } from "./env.ts";
import { errorResponse } from "./error-response.ts";
import { lazily } from "./lazily.ts";
import { withRequestIds } from "./request-id.ts";

const activity = lazily(() => import("./reports/activity.ts"));
const audit = lazily(() => import("./management/audit.ts"));
const books = lazily(() => import("./reports/books.ts"));
const byok = lazily(() => import("./management/byok.ts"));
const catalog = lazily(() => import("./management/catalog.ts"));
const credits = lazily(() => import("./reports/credits.ts"));
const generations = lazily(() => import("./reports/export.ts"));
const generation = lazily(() => import("./reports/generation.ts"));
const generationContent = lazily(() => import("./reports/generation-content.ts"));
const keys = lazily(() => import("./management/keys.ts"));
const models = lazily(() => import("./models/models.ts"));
const presets = lazily(() => import("./management/presets.ts"));
const projects = lazily(() => import("./management/projects.ts"));
const providers = lazily(() => import("./models/providers.ts"));
const replay = lazily(() => import("./reports/replay.ts"));
const reports = lazily(() => import("./reports/reports.ts"));
const route = lazily(() => import("./chat/route.ts"));
const tables = lazily(() => import("./tables/tables.ts"));
const tablesContent = lazily(() => import("./tables/tables-content.ts"));
const injection = lazily(() => import("./siblings/injection.ts"));
const pii = lazily(() => import("./siblings/pii.ts"));
const scores = lazily(() => import("./siblings/scores.ts"));
const embeddings = lazily(() => import("./siblings/embeddings.ts"));
const rerank = lazily(() => import("./siblings/rerank.ts"));
const tokens = lazily(() => import("./siblings/tokens.ts"));
const workspaceBudgets = lazily(() => import("./management/workspace-budgets.ts"));
const workspaceMembers = lazily(() => import("./management/workspace-members.ts"));
const workspaces = lazily(() => import("./management/workspaces.ts"));

const management = audit("managementOnly");
const teamManagement = audit("teamManagementOnly");
const projectChange = audit("projectChange");

const HYBRID_SEARCH = "/gen_tables/knowledge/hybrid_search";
/** What is offered beside chats, also under the bare root. */
function addSiblings(api: Hono<AppEnv>): void {
  api.post("/PII", pii("postPii"));
  api.post("/pii", pii("postPii"));
  api.post("/injection", injection("postInjection"));
  api.post("/toxicity", scores("postToxicity"));
  api.post("/factuality", scores("postFactuality"));
  api.post("/rerank", rerank("postRerank"));
  api.post("/embeddings", embeddings("postEmbeddings"));
  api.post("/tokenize", tokens("postTokenize"));
  api.post("/detokenize", tokens("postDetokenize"));
  api.get("/models/ids", models("getModelIds"));
}

/** Every public route, mounted under `/api/v1` and `/v1`. */
function createApi(): Hono<AppEnv> {
  const api = new Hono<AppEnv>();
  api.post("/chat/completions", chatCompletions);
  addSiblings(api);
  api.post("/route", route("postRoute"));
  api.get("/models", models("getModels"));
  api.get("/models/count", models("getModelsCount"));
  api.get("/models/user", models("getUserModels"));
  api.get("/models/:author/:slug/endpoints", models("getModelEndpoints"));
  api.get("/models/:author/endpoints", models("getModelEndpoints"));
  api.get("/model/:author/:slug", models("getModel"));
  api.get("/embeddings/models", models("getEmbeddingModels"));
  api.get("/endpoints/zdr", models("getZeroRetentionEndpoints"));
  api.get("/providers", providers("getProviders"));
  api.get("/generation", generation("getGeneration"));
  api.get("/generation/replay", replay("getReplay"));
  api.get("/generation/content", generationContent("getGenerationContent"));
  api.get("/generations", generations("getGenerations"));
  api.get("/key", keys("getCurrentKey"));
  api.get("/auth/key", keys("getCurrentKey"));

  api.use("/keys", teamManagement);
  api.use("/keys/*", teamManagement);
  api.get("/keys", keys("getKeys"));
  api.post("/keys", keys("postKey"));
  api.get("/keys/:hash", keys("getKey"));
  api.patch("/keys/:hash", keys("patchKey"));
  api.delete("/keys/:hash", keys("removeKey"));
  api.post("/keys/:hash/rotate", keys("postRotation"));

  api.use("/workspaces", teamManagement);
  api.use("/workspaces/*", teamManagement);
  api.get("/workspaces", workspaces("getWorkspaces"));
  api.post("/workspaces", workspaces("postWorkspace"));
  api.get("/workspaces/:id", workspaces("getWorkspace"));
  api.patch("/workspaces/:id", workspaces("patchWorkspace"));
  api.delete("/workspaces/:id", workspaces("removeWorkspace"));
  api.get("/workspaces/:id/members", workspaceMembers("getMembers"));
  api.post("/workspaces/:id/members/add", workspaceMembers("postMembers"));
  api.post("/workspaces/:id/members/remove", workspaceMembers("removeMembers"));
  api.get("/workspaces/:id/budgets", workspaceBudgets("getBudgets"));
  api.get("/workspaces/:id/budgets/:interval", workspaceBudgets("getBudget"));
  api.put("/workspaces/:id/budgets/:interval", workspaceBudgets("putBudget"));
  api.delete("/workspaces/:id/budgets/:interval", workspaceBudgets("removeBudget"));

  api.use("/projects", teamManagement);
  api.use("/projects/*", teamManagement);
  api.get("/projects", projects("getProjects"));
  api.post("/projects", projects("postProject"));
  api.get("/projects/:id", projects("getProject"));
  api.patch("/projects/:id", projects("patchProject"));
  api.delete("/projects/:id", projects("removeProject"));

  api.get("/tables", tables("getTables"));
  api.post("/tables", projectChange, tables("postTable"));
  api.get("/tables/:id", tables("getTable"));
  api.delete("/tables/:id", projectChange, tables("removeTable"));
  api.post("/tables/:id/search", tables("postSearch"));
  api.get("/tables/:id/documents", tablesContent("getDocuments"));
  api.post("/tables/:id/documents", projectChange, tablesContent("postDocument"));
  api.delete("/tables/:id/documents/:document", projectChange, tablesContent("removeDocument"));
  api.get("/tables/:id/rows", tablesContent("getRows"));
  api.post("/tables/:id/rows", projectChange, tablesContent("postRows"));
  api.delete("/tables/:id/rows/:chunk", projectChange, tablesContent("removeRow"));
  api.post(HYBRID_SEARCH, tables("postHybridSearch"));

  api.use("/presets", management);
  api.use("/presets/*", management);
  api.get("/presets", presets("getPresets"));
  api.get("/presets/:slug", presets("getPreset"));
  api.patch("/presets/:slug", presets("patchPreset"));
  api.delete("/presets/:slug", presets("removePreset"));
  api.get("/presets/:slug/versions", presets("getPresetVersions"));
  api.get("/presets/:slug/versions/:version", presets("getPresetVersion"));
  api.post("/presets/:slug/chat/completions", presets("postPreset"));

  api.use("/byok", teamManagement);
  api.use("/byok/*", teamManagement);
  api.get("/byok", byok("getTeamKeys"));
  api.post("/byok", byok("postTeamKey"));
  api.post("/byok/reseal", byok("postReseal"));
  api.get("/byok/:id", byok("getTeamKey"));
  api.patch("/byok/:id", byok("patchTeamKey"));
  api.delete("/byok/:id", byok("removeTeamKey"));

  api.use("/audit", teamManagement);
  api.get("/audit", audit("getAudit"));
  api.use("/audit/verify", management);
  api.get("/audit/verify", audit("getAuditVerdict"));

  api.use("/activity", teamManagement);
  api.get("/activity", activity("getActivity"));
  api.use("/credits", teamManagement);
  api.get("/credits", credits("getCredits"));
  api.use("/reports/*", teamManagement);
  api.get("/reports/spend", reports("getSpendReport"));
  api.get("/reports/reconciliation", books("getReconciliation"));
  api.get("/reports/retention", books("getRetention"));
  api.put("/reports/retention", books("putRetention"));

  api.use("/catalog", management);
  api.get("/catalog", catalog("getCatalog"));
  api.put("/catalog", catalog("putCatalog"));

  api.use("/selftest", management);
  api.post("/selftest", async (c) => (await import("./selftest/selftest.ts")).postSelftest(c, createApp()));
  return api;
}

function noRoute({ req }: AppContext): RouterError {
  return new RouterError("not_found", `There is no ${req.method} ${req.path} here.`);
}

/**
 * The Worker's HTTP side. Chat requests find their way among three routes; all others are the whole app's, which is
 * made by the first of them.
 */
export function createEntry(): Hono<AppEnv> {
  const entry = new Hono<AppEnv>();
  for (const mount of ["/api/v1", "/v1", ""]) entry.post(`${mount}/chat/completions`, chatCompletions);
  let app: Hono<AppEnv> | undefined;
  entry.notFound((c) => {
    app ??= createApp();
    return app.fetch(c.req.raw, c.env, c.executionCtx);
  });
  entry.onError((error, c) => errorResponse(error, undefined, dialectOf(c)));
  return withRequestIds(entry);
}

/** All routes. Whatever goes wrong, the answer is a JSON error of the client's dialect. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const api = createApi();
  app.route("/api/v1", api);
  app.route("/v1", api);
  app.post("/chat/completions", chatCompletions);
  for (const mount of ["/api/v2", "/v2"]) app.post(mount + HYBRID_SEARCH, tables("postHybridSearch"));
  addSiblings(app);
  app.get("/", (c) => c.json({ name: "Pointsman", api: "/api/v1", models: "/api/v1/models" }));
  app.notFound((c) => dialectOfNowhere(c).then((dialect) => errorResponse(noRoute(c), undefined, dialect)));
  app.onError((error, c) => errorResponse(error, undefined, dialectOf(c)));
  return withRequestIds(app);
}
