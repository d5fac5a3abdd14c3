import { expect, it } from "vitest";
import { openRouterClient } from "../support/clients.ts";
import { jsonOf, sharedGateway } from "../support/gateway.ts";

const gateway = await sharedGateway();
const management = openRouterClient({ baseUrl: gateway.baseUrl, key: gateway.managementKey });
const own = openRouterClient(gateway);

const today = () => new Date().toISOString().slice(0, 10);

async function ask(fields: object = {}): Promise<{ id: string; usage: { cost: number; prompt_tokens: number } }> {
  const json = { model: "demo/echo", messages: [{ role: "user", content: "Who is there?" }], ...fields };
  return jsonOf(await gateway.request("/chat/completions", { json }), 200);
}

it("the official SDK reads credits: what was used, where there is no budget", async () => {
  const { usage } = await ask();
  const { data } = await management.credits.getCredits();
  expect(data.totalUsage).toBeGreaterThanOrEqual(usage.cost);
  expect(data.totalCredits).toBe(data.totalUsage);
  await expect(own.credits.getCredits()).rejects.toMatchObject({ statusCode: 403 });
});

it("the official SDK reads activity", async () => {
  const { data: before } = await management.analytics.getUserActivity();
  expect(before).toEqual([]);
  const { data } = await management.analytics.getUserActivity({ groupBy: "workspace", workspaceId: "default" });
  expect(data).toEqual([]);
  await expect(management.analytics.getUserActivity({ date: "yesterday" })).rejects.toMatchObject({ statusCode: 400 });
  await expect(own.analytics.getUserActivity()).rejects.toMatchObject({ statusCode: 403 });
});

it("activity of today is that of every generation", async () => {
  const { usage, id } = await ask({ user: "anna" });
  const { data } = await jsonOf(await gateway.manage("/activity?include_today=true&group_by=workspace"), 200);
  const [row, ...others] = data;
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    ...{ date: today(), model: "demo/echo", model_permaslug: "demo/echo", endpoint_id: "demo", provider_name: "Demo" },
    ...{ byok_usage_inference: 0, reasoning_tokens: 0, workspace_id: "default" },
  });
  const exported = await jsonOf(await gateway.request("/generations"), 200);
  expect(exported.data.find((one: { id: string }) => one.id === id)).toMatchObject({
    external_user: "anna",
    total_cost: usage.cost,
  });
  expect(row.requests).toBe(exported.data.length);
  const sum = (name: string) =>
    exported.data.reduce((total: number, one: Record<string, number>) => total + (one[name] ?? 0), 0);
  expect(row.prompt_tokens).toBe(sum("tokens_prompt"));
  expect(row.usage).toBeCloseTo(sum("total_cost"), 9);
  const spend = await jsonOf(await gateway.manage("/reports/spend?group_by=user"), 200);
  expect(spend.data.find(({ user }: { user: string }) => user === "anna")).toMatchObject({
    usage: usage.cost,
    requests: 1,
  });
});

it("the official SDK reads generations, and is told that nothing of what was said is kept", async () => {
  const { id, usage } = await ask();
  const { data } = await own.generations.getGeneration({ id });
  expect(data).toMatchObject({ id, totalCost: usage.cost });
  await expect(own.generations.listGenerationContent({ id })).rejects.toMatchObject({ statusCode: 403 });
});

it("a table of generations can be saved", async () => {
  const { id } = await ask({ user: "=SUM(A1)" });
  const response = await gateway.manage("/generations?format=csv");
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const [head, ...lines] = (await response.text()).trimEnd().split("\r\n");
  expect(head).toMatch(/^id,created_at,workspace_id,api_key_hash,model,/);
  expect(lines.find((line) => line.startsWith(`${id},`))).toContain(",'=SUM(A1),");
});
