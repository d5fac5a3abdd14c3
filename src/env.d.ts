/** Bindings, variables and secrets. Every provider's secret is a string under the name that its row gives. */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./index.ts");
    durableNamespaces:
      | "Ledger"
      | "ResponseCache"
      | "HealthHub"
      | "AuditLog"
      | "Errand"
      | "KnowledgeTable"
      | "TrafficGate";
  }
  interface Env {
    KV: KVNamespace;
    LEDGER: DurableObjectNamespace<import("./ledger/ledger.ts").Ledger>;
    RESPONSES: DurableObjectNamespace<import("./store/response-cache.ts").ResponseCache>;
    HEALTH: DurableObjectNamespace<import("./store/health-hub.ts").HealthHub>;
    AUDIT: DurableObjectNamespace<import("./ledger/audit.ts").AuditLog>;
    TABLES: DurableObjectNamespace<import("./retrieval/knowledge-table.ts").KnowledgeTable>;
    TRAFFIC: DurableObjectNamespace<import("./store/traffic-gate.ts").TrafficGate>;
    ERRANDS: DurableObjectNamespace;
    /** This is an errand: a request that lives on when its client leaves. Set in the code alone. */
    IS_ERRAND?: true;
    /** Bootstrap management key. */
    MANAGEMENT_KEY?: string;
    /** `k2:<base64>,k1:<base64>`: the first seals stored provider keys, all open them. */
    MASTER_KEYS?: string;
    /** How many days records of generations are kept; absent: 90. */
    RETENTION_DAYS?: string;
    /** How many generations of a day a team's ledger asks their upstreams' costs for at night; absent: 100, 0: none. */
    UPSTREAM_COST_CHECKS?: string;
    /** `on`, `off`, or absent: the demo provider answers on loopback hosts only. */
    DEMO?: string;
  }
}

/** A file that is bundled as it is, beside the code. */
declare module "*.txt" {
  const text: string;
  export default text;
}
