import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Which core the measured process has to itself, and which one all else uses. */
export interface Cores {
  measured: number;
  others: number;
}

/** Linux counts CPU time for programs in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;

/** Moves this process to one core and leaves another one free; undefined where that cannot be done. */
export function takeCores(): Cores | undefined {
  const [measured, others] = allowedCores();
  if (measured === undefined || others === undefined) return undefined;
  const moved = spawnSync("taskset", ["-acp", String(others), String(process.pid)], { stdio: "ignore" });
  return moved.status === 0 ? { measured, others } : undefined;
}

/** User and system time that a process has used, in ms. */
export function cpuMs(pid: number): number {
  const [, afterName = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ", 2);
  const fields = afterName.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process, in MiB. */
export function residentMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Time that programs used on a core, and that a hypervisor took from it, in ms. Interrupts are our own traffic. */
export function coreBusyMs(core: number): number {
  const line = new RegExp(`^cpu${core} +(.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line.split(" ").map(Number);
  return (user + nice + system + steal) * TICK_MS;
}

function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s+(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
