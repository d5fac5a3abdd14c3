import { Hono } from "hono";
import { RouterError } from "../errors.ts";
import { getActivity } from "./activity.ts";
import { getAudit, getAuditVerdict, managementOnly, teamManagementOnly } from "./audit.ts";
import { getReconciliation, getRetention, putRetention } from "./books.ts";
import { getTeamKey, getTeamKeys, patchTeamKey, postReseal, postTeamKey, removeTeamKey } from "./byok.ts";
import { getCatalog, putCatalog } from "./catalog.ts";
import { chatCompletions } from "./chat-completions.ts";
import { getCredits } from "./credits.ts";
import type { AppEnv } from "./env.ts";
import { errorResponse } from "./error-response.ts";
import { getGenerations } from "./export.ts";
import { getGeneration } from "./generation.ts";
import { getGenerationContent } from "./generation-content.ts";
import { getCurrentKey, getKey, getKeys, patchKey, postKey, postRotation, removeKey } from "./keys.ts";
import {
  getEmbeddingModels,
  getModel,
  getModelEndpoints,
  getModels,
  getModelsCount,
  getUserModels,
  getZeroRetentionEndpoints,
} from "./models.ts";
import {
  getPreset,
  getPresets,
  getPresetVersion,
  getPresetVersions,
  patchPreset,
  postPreset,
  removePreset,
} from "./presets.ts";
import { getProviders } from "./providers.ts";
import { getReplay } from "./replay.ts";
import { getSpendReport } from "./reports.ts";
import { postRoute } from "./route.ts";
import { postSelftest } from "./selftest.ts";
import { getBudget, getBudgets, putBudget, removeBudget } from "./workspace-budgets.ts";
import { getMembers, postMembers, removeMembers } from "./workspace-members.ts";
import { getWorkspace, getWorkspaces, patchWorkspace, postWorkspace, removeWorkspace } from "./workspaces.ts";

/** Every public route, mounted under `/api/v1` and `/v1`. */
function createApi(): Hono<AppEnv> {
  const api = new Hono<AppEnv>();
  api.post("/chat/completions", chatCompletions);
  api.post("/route", postRoute);
  api.get("/models", getModels);
  api.get("/models/count", getModelsCount);
  api.get("/models/user", getUserModels);
  api.get("/models/:author/:slug/endpoints", getModelEndpoints);
  api.get("/model/:author/:slug", getModel);
  api.get("/embeddings/models", getEmbeddingModels);
  api.get("/endpoints/zdr", getZeroRetentionEndpoints);
  api.get("/providers", getProviders);
  api.get("/generation", getGeneration);
  api.get("/generation/replay", getReplay);
  api.get("/generation/content", getGenerationContent);
  api.get("/generations", getGenerations);
  api.get("/key", getCurrentKey);
  api.get("/auth/key", getCurrentKey);

  api.use("/keys", teamManagementOnly());
  api.use("/keys/*", teamManagementOnly());
  api.get("/keys", getKeys);
  api.post("/keys", postKey);
  api.get("/keys/:hash", getKey);
  api.patch("/keys/:hash", patchKey);
  api.delete("/keys/:hash", removeKey);
  api.post("/keys/:hash/rotate", postRotation);

  api.use("/workspaces", teamManagementOnly());
  api.use("/workspaces/*", teamManagementOnly());
  api.get("/workspaces", getWorkspaces);
  api.post("/workspaces", postWorkspace);
  api.get("/workspaces/:id", getWorkspace);
  api.patch("/workspaces/:id", patchWorkspace);
  api.delete("/workspaces/:id", removeWorkspace);
  api.get("/workspaces/:id/members", getMembers);
  api.post("/workspaces/:id/members/add", postMembers);
  api.post("/workspaces/:id/members/remove", removeMembers);
  api.get("/workspaces/:id/budgets", getBudgets);
  api.get("/workspaces/:id/budgets/:interval", getBudget);
  api.put("/workspaces/:id/budgets/:interval", putBudget);
  api.delete("/workspaces/:id/budgets/:interval", removeBudget);

  api.use("/presets", managementOnly());
  api.use("/presets/*", managementOnly());
  api.get("/presets", getPresets);
  api.get("/presets/:slug", getPreset);
  api.patch("/presets/:slug", patchPreset);
  api.delete("/presets/:slug", removePreset);
  api.get("/presets/:slug/versions", getPresetVersions);
  api.get("/presets/:slug/versions/:version", getPresetVersion);
  api.post("/presets/:slug/chat/completions", postPreset);

  api.use("/byok", teamManagementOnly());
  api.use("/byok/*", teamManagementOnly());
  api.get("/byok", getTeamKeys);
  api.post("/byok", postTeamKey);
  api.post("/byok/reseal", postReseal);
  api.get("/byok/:id", getTeamKey);
  api.patch("/byok/:id", patchTeamKey);
  api.delete("/byok/:id", removeTeamKey);

  api.use("/audit", teamManagementOnly());
  api.get("/audit", getAudit);
  api.use("/audit/verify", managementOnly());
  api.get("/audit/verify", getAuditVerdict);

  api.use("/activity", teamManagementOnly());
  api.get("/activity", getActivity);
  api.use("/credits", teamManagementOnly());
  api.get("/credits", getCredits);
  api.use("/reports/*", teamManagementOnly());
  api.get("/reports/spend", getSpendReport);
  api.get("/reports/reconciliation", getReconciliation);
  api.get("/reports/retention", getRetention);
  api.put("/reports/retention", putRetention);

  api.use("/catalog", managementOnly());
  api.get("/catalog", getCatalog);
  api.put("/catalog", putCatalog);

  api.use("/selftest", managementOnly());
  api.post("/selftest", (c) => postSelftest(c, createApp()));
  return api;
}

/** The Worker's HTTP side. Whatever goes wrong, the answer is the contract's JSON error. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const api = createApi();
  app.route("/api/v1", api);
  app.route("/v1", api);
  app.post("/chat/completions", chatCompletions);
  app.get("/", (c) => c.json({ name: "Pointsman", api: "/api/v1", models: "/api/v1/models" }));
  app.notFound((c) => errorResponse(new RouterError("not_found", `There is no ${c.req.method} ${c.req.path} here.`)));
  app.onError((error) => errorResponse(error));
  return app;
}
