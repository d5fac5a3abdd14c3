import { describe, expect, it } from "vitest";
import { openRouterClient } from "../support/clients.ts";
import { jsonOf, sharedGateway } from "../support/gateway.ts";

const gateway = await sharedGateway();
const { apiKeys, workspaces } = openRouterClient({ baseUrl: gateway.baseUrl, key: gateway.managementKey });
const ask = (key: string) => {
  const json = { model: "demo/echo", messages: [{ role: "user", content: "Who is there?" }] };
  return gateway.request("/chat/completions", { json, headers: { authorization: `Bearer ${key}` } });
};

describe("workspaces", () => {
  it("are made, listed, changed and deleted by the official SDK", async () => {
    const { data } = await workspaces.create({
      createWorkspaceRequest: { name: "Points", slug: "points", defaultTextModel: "demo/echo", description: null },
    });
    expect(data).toMatchObject({ name: "Points", slug: "points", defaultTextModel: "demo/echo", createdBy: null });
    expect((await workspaces.get({ id: "points" })).data).toEqual(data);

    const listed = [];
    for await (const page of await workspaces.list({ limit: 1 })) listed.push(...page.result.data);
    expect(listed.map(({ slug }) => slug)).toEqual(["default", "points"]);

    const settings = { defaultProviderSort: "price", isObservabilityIoLoggingEnabled: true };
    const changed = await workspaces.update({ id: data.id, updateWorkspaceRequest: settings });
    expect(changed.data).toMatchObject({ ...settings, name: "Points", updatedAt: expect.any(String) });

    expect(await workspaces.delete({ id: data.id })).toMatchObject({ deleted: true });
    await expect(workspaces.get({ id: data.id })).rejects.toMatchObject({ statusCode: 404 });
    await expect(workspaces.delete({ id: "default" })).rejects.toMatchObject({ statusCode: 403 });
  });

  it("have members and budgets", async () => {
    const { data } = await workspaces.create({ createWorkspaceRequest: { name: "Crew", slug: "crew" } });
    const { id } = data;
    const added = await workspaces.bulkAddMembers({ id, bulkAddWorkspaceMembersRequest: { userIds: ["anna", "ben"] } });
    expect(added).toMatchObject({ addedCount: 2, data: [{ userId: "anna", role: "member", workspaceId: id }, {}] });
    const members = [];
    for await (const page of await workspaces.listMembers({ id, limit: 1 })) members.push(...page.result.data);
    expect(members.map(({ userId }) => userId)).toEqual(["anna", "ben"]);
    const removal = { id, bulkRemoveWorkspaceMembersRequest: { userIds: ["anna"] } };
    expect(await workspaces.bulkRemoveMembers(removal)).toMatchObject({ removedCount: 1 });

    const budget = { workspaceRef: "crew", interval: "monthly" as const };
    const set = await workspaces.setBudget({ ...budget, upsertWorkspaceBudgetRequest: { limitUsd: 12.5 } });
    expect(set.data).toMatchObject({ limitUsd: 12.5, resetInterval: "monthly", workspaceId: id });
    expect(await workspaces.getBudget(budget)).toEqual(set);
    expect((await workspaces.listBudgets({ workspaceRef: id })).data).toEqual([set.data]);
    expect(await workspaces.deleteBudget(budget)).toMatchObject({ deleted: true });
    await expect(workspaces.getBudget(budget)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("have keys of their own, which end with them", async () => {
    const { data } = await workspaces.create({ createWorkspaceRequest: { name: "Sidings", slug: "sidings" } });
    const workspaceId = data.id;
    const made = await apiKeys.create({ requestBody: { name: "One", workspaceId } });
    expect(made.data.workspaceId).toBe(workspaceId);
    expect((await apiKeys.list({ workspaceId })).data).toEqual([made.data]);
    expect((await apiKeys.list()).data.map(({ hash }) => hash)).not.toContain(made.data.hash);
    expect((await ask(made.key)).status).toBe(200);
    const own = openRouterClient({ baseUrl: gateway.baseUrl, key: made.key });
    expect((await own.apiKeys.getCurrentKeyMetadata()).data).toMatchObject({ workspaceId, isManagementKey: false });
    await workspaces.delete({ id: workspaceId });
    await jsonOf(await ask(made.key), 401);
  });

  it("have management keys of their own, which manage nothing else", async () => {
    const { data } = await workspaces.create({ createWorkspaceRequest: { name: "Yard", slug: "yard" } });
    const json = { name: "Of the yard", workspace_id: data.id, is_management_key: true };
    const { key } = await jsonOf<{ key: string }>(await gateway.manage("/keys", { json }), 201);
    const yard = openRouterClient({ baseUrl: gateway.baseUrl, key });
    expect((await yard.apiKeys.getCurrentKeyMetadata()).data).toMatchObject({
      ...{ isManagementKey: true, isProvisioningKey: true, workspaceId: data.id },
    });
    const made = await yard.apiKeys.create({ requestBody: { name: "Shunter", limit: 3, limitReset: "daily" } });
    expect(made.data).toMatchObject({ workspaceId: data.id, limitRemaining: 3, limitReset: "daily" });
    const stranger = (await apiKeys.create({ requestBody: { name: "Elsewhere" } })).data.hash;
    await expect(yard.apiKeys.get({ hash: stranger })).rejects.toMatchObject({ statusCode: 404 });
    await expect(yard.apiKeys.delete({ hash: stranger })).rejects.toMatchObject({ statusCode: 404 });
    await expect(yard.workspaces.get({ id: "default" })).rejects.toMatchObject({ statusCode: 404 });
    expect((await apiKeys.get({ hash: stranger })).data.name).toBe("Elsewhere");
  });
});

describe("a key that is rotated", () => {
  it("keeps its history under the new token, and the old one for its grace", async () => {
    const { key, data } = await apiKeys.create({ requestBody: { name: "Rotating", limit: 1 } });
    const { usage } = await jsonOf(await ask(key), 200);
    const path = `/keys/${data.hash}/rotate`;
    const rotated = await jsonOf(await gateway.manage(path, { json: { grace_seconds: 600 } }), 201);
    for (const either of [key, rotated.key]) await jsonOf(await ask(either), 200);
    const { data: found } = await apiKeys.get({ hash: rotated.data.hash });
    expect(found.usage).toBeCloseTo(3 * usage.cost, 12);
    expect(found.limitRemaining).toBeCloseTo(1 - 3 * usage.cost, 12);
    await apiKeys.delete({ hash: data.hash });
    await jsonOf(await ask(key), 401);
    await jsonOf(await ask(rotated.key), 200);
    const again = await jsonOf(await gateway.manage(`/keys/${rotated.data.hash}/rotate`, { method: "POST" }), 201);
    await jsonOf(await ask(rotated.key), 401);
    await jsonOf(await ask(again.key), 200);
  });
});
