// Memory and CPU of processes over time, sampled, and what the samples say by phase.

import { readFileSync } from 'node:fs';
import { cpuSeconds } from './machine.ts';
import type { MemorySample } from './memory-trend.ts';

/** Resident memory, and CPU used since the start. */
export interface Sample extends MemorySample {
  readonly cpuS: number;
}

export interface PhaseMemory {
  readonly startMb: number;
  readonly peakMb: number;
  readonly endMb: number;
  /** Of one core. */
  readonly cpuShare: number;
}

export interface Watched {
  readonly name: string;
  readonly pid: number;
}

/** The samples of a few processes. */
export class ProcessSamples {
  private readonly samples = new Map<string, Sample[]>();

  constructor(readonly processes: readonly Watched[]) {
    for (const { name } of processes) this.samples.set(name, []);
  }

  take(phase: number): void {
    const atMs = performance.now();
    for (const { name, pid } of this.processes) {
      const mb = residentMb(pid);
      if (mb > 0) this.samples.get(name)!.push({ atMs, phase, mb, cpuS: cpuSeconds(pid) });
    }
  }

  of(name: string): readonly Sample[] {
    return this.samples.get(name)!;
  }

  inPhase(name: string, phase: number): PhaseMemory | null {
    const samples = this.of(name).filter((sample) => sample.phase === phase);
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined) return null;
    const tookS = (last.atMs - first.atMs) / 1000;
    return {
      startMb: first.mb,
      peakMb: Math.max(...samples.map((sample) => sample.mb)),
      endMb: last.mb,
      cpuShare: tookS === 0 ? 0 : (last.cpuS - first.cpuS) / tookS,
    };
  }
}

/** Resident memory; 0 when there is no such process (any more); Linux only. */
function residentMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
