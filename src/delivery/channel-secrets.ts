// What a catalog does not say itself, but names the environment variable of. A variable that is not set is
// told once for each channel: by its name, and never a value.

import type { TextOrEnv } from '../model/channel.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export class ChannelSecrets {
  private readonly told = new Set<string>();

  constructor(
    private readonly env: Environment,
    /** Told of a channel and a variable that it needs, and why that is of no use; never its value. */
    private readonly onUnusable: (channel: string, variable: string, why: string) => void,
  ) {}

  /** null = it is not set. */
  text(channel: string, source: TextOrEnv): string | null {
    return 'text' in source ? source.text : this.variable(channel, source.env);
  }

  /** null = it is not set, or empty. */
  variable(channel: string, name: string): string | null {
    const value = this.env[name];
    if (value !== undefined && value !== '') return value;
    this.unusable(channel, name, 'is not set');
    return null;
  }

  /** The variable has nothing that can be used. @param why after its name; never with its value */
  unusable(channel: string, name: string, why: string): void {
    const key = `${channel}\n${name}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.onUnusable(channel, name, why);
  }
}
