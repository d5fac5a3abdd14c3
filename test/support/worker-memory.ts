import { readdirSync, readFileSync } from "node:fs";

/** Resident memory of the Worker processes that this process has started, in megabytes. Linux tells it in `/proc`. */
export function workerMemoryMb(): number {
  let kilobytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const isOurs = /^PPid:\t(\d+)$/m.exec(status)?.[1] === String(process.pid) && /^Name:\tworkerd$/m.test(status);
      if (isOurs) kilobytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    } catch {
      // It ended while it was looked at.
    }
  }
  if (kilobytes === 0) throw new Error("no Worker runs in a process of its own");
  return kilobytes / 1024;
}
