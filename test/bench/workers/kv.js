import { DurableObject } from "cloudflare:workers";

/**
 * Workers KV for a bare workerd, which speaks HTTP to whatever service is bound as the namespace.
 * One SQLite object holds everything. Rows that have expired are skipped, and replaced on the next write.
 */
export class KvStore extends DurableObject {
  #sql;

  constructor(state, env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(
      "create table if not exists entry (name text primary key, value blob, metadata text, expires_s integer) without rowid",
    );
  }

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST" && pathname === "/bulk/get") return this.#getMany(await request.json());
    if (request.method === "GET" && pathname === "/") return this.#list(searchParams);
    const name = decodeURIComponent(pathname.slice(1));
    switch (request.method) {
      case "GET":
        return this.#get(name);
      case "PUT":
        return this.#put(name, request, searchParams);
      case "DELETE":
        this.#sql.exec("delete from entry where name = ?", name);
        return new Response(null);
      default:
        return new Response("Method not allowed", { status: 405 });
    }
  }

  #find(name) {
    return this.#sql
      .exec("select * from entry where name = ? and coalesce(expires_s, ?) >= ?", name, nowS(), nowS())
      .toArray()[0];
  }

  #get(name) {
    const entry = this.#find(name);
    if (!entry) return new Response("Not found", { status: 404 });
    const headers = new Headers();
    if (entry.metadata !== null) headers.set("cf-kv-metadata", entry.metadata);
    if (entry.expires_s !== null) headers.set("cf-expiration", String(entry.expires_s));
    return new Response(entry.value, { headers });
  }

  #getMany({ keys, type, withMetadata }) {
    const answer = {};
    for (const name of keys) {
      const entry = this.#find(name);
      answer[name] = entry ? toBulkEntry(entry, type, withMetadata) : null;
    }
    return Response.json(answer);
  }

  async #put(name, request, params) {
    const ttlS = params.get("expiration_ttl");
    const expiresS = ttlS ? nowS() + Number(ttlS) : Number(params.get("expiration")) || null;
    const value = await request.arrayBuffer();
    const metadata = request.headers.get("cf-kv-metadata");
    this.#sql.exec("insert or replace into entry values (?, ?, ?, ?)", name, value, metadata, expiresS);
    return new Response(null);
  }

  #list(params) {
    const limit = Number(params.get("key_count_limit") ?? 1000);
    const prefix = params.get("prefix") ?? "";
    const query = `select name, metadata, expires_s from entry
      where substr(name, 1, length(?)) = ? and name > ? and coalesce(expires_s, ?) >= ? order by name limit ?`;
    const after = params.get("cursor") ?? "";
    const found = this.#sql.exec(query, prefix, prefix, after, nowS(), nowS(), limit + 1).toArray();
    const page = found.slice(0, limit);
    return Response.json({
      keys: page.map(({ name, metadata, expires_s }) => ({
        name,
        ...(metadata !== null && { metadata: JSON.parse(metadata) }),
        ...(expires_s !== null && { expiration: expires_s }),
      })),
      list_complete: found.length <= limit,
      ...(found.length > limit && { cursor: page.at(-1).name }),
    });
  }
}

function toBulkEntry(entry, type, withMetadata) {
  const text = new TextDecoder().decode(entry.value);
  const value = type === "json" ? JSON.parse(text) : text;
  return withMetadata ? { value, metadata: entry.metadata && JSON.parse(entry.metadata) } : value;
}

function nowS() {
  return Math.floor(Date.now() / 1000);
}

export default { fetch: (request, env) => env.STORE.getByName("all").fetch(request) };
