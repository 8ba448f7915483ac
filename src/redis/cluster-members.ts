// The links to the masters of a cluster, and which of them has which slot.

import { Unavailable } from '../errors.ts';
import type { NodeView } from './cluster-view.ts';
import { HalfMovedSlots } from './half-moved-slots.ts';
import type { NodeLink } from './node-link.ts';
import type { Address } from './redis-target.ts';
import { SlotTable } from './slot-table.ts';

/** A master that we have a link to. */
export interface Member {
  readonly id: string;
  readonly address: Address;
  names: readonly string[];
  readonly link: NodeLink;
}

export class ClusterMembers {
  private readonly members = new Map<string, Member>();
  private readonly slots = new SlotTable<Member>();
  private readonly halves = new HalfMovedSlots();
  /** Where any node was last seen, replicas too: who to ask when no master answers. */
  private lastSeen: readonly Address[] = [];

  private readonly retiring = new Set<NodeLink>();

  /** @param deadlineMs longest time a command may be on its way */
  constructor(
    private readonly open: (address: Address) => NodeLink,
    private readonly deadlineMs: number,
  ) {}

  /** The link that a slot's commands go over. @throws Unavailable when none is known */
  linkOf(slot: number): NodeLink {
    const owner = this.slots.ownerOf(slot);
    if (owner === null) throw new Unavailable('store_unavailable');
    this.halves.assertWhole(slot);
    return owner.link;
  }

  serves(slot: number): boolean {
    return !this.halves.has(slot) && (this.slots.ownerOf(slot)?.link.isReady ?? false);
  }

  takesWrites(slot: number): boolean {
    return this.serves(slot) && this.slots.ownerOf(slot)!.link.isConfirmed;
  }

  /** What is to be said of slots that were left half moved since this was last asked. */
  news(): readonly string[] {
    return this.halves.news();
  }

  /** Links to all masters, always in the same order. */
  links(): readonly NodeLink[] {
    return this.sorted().map(({ link }) => link);
  }

  /** The members that answer, for questions that any of them can answer. */
  answering(): readonly Member[] {
    return this.sorted().filter(({ link }) => link.isReady);
  }

  get seen(): readonly Address[] {
    return this.lastSeen;
  }

  /** Whether every slot has an owner that answers. */
  get isWhole(): boolean {
    if (!this.slots.isWhole || this.halves.any) return false;
    for (const { link } of this.slots.all()) if (!link.isReady) return false;
    return true;
  }

  /**
   * Takes over what a node says: links to new masters, none to those that are masters no more.
   * @returns whether a slot has another owner than before
   */
  merge(views: readonly NodeView[]): boolean {
    this.lastSeen = views.flatMap(({ address }) => (address === null ? [] : [address]));
    const before = new Set(this.members.values());
    for (const view of views) if (view.isMaster) this.update(view);
    const moved = this.slots.merge(views, (id) => this.members.get(id) ?? null);
    this.halves.learn(views, (slot) => this.slots.ownerOf(slot)?.id ?? null);
    const used = this.slots.all();
    const masters = new Set(views.filter((view) => view.isMaster).map(({ id }) => id));
    for (const member of new Set([...before, ...this.members.values()])) {
      const isCurrent = this.members.get(member.id) === member;
      if (isCurrent && (used.has(member) || masters.has(member.id))) continue;
      this.retire(member.link);
      if (isCurrent) this.members.delete(member.id);
    }
    return moved;
  }

  /** Whom a redirection names; null when that is nobody we have a link to. */
  named(name: string): Member | null {
    for (const member of this.members.values()) if (member.names.includes(name)) return member;
    return null;
  }

  /** Takes a redirection's word for a slot. @returns whether that is another owner than before */
  move(slot: number, to: Member): boolean {
    const moved = this.slots.move(slot, to);
    this.halves.judge((other) => this.slots.ownerOf(other)?.id ?? null);
    return moved;
  }

  close(): void {
    for (const { link } of this.members.values()) link.close();
    for (const link of this.retiring) link.close();
  }

  /** What is on its way over it may still be answered. */
  private retire(link: NodeLink): void {
    this.retiring.add(link);
    const timer = setTimeout(() => {
      this.retiring.delete(link);
      link.close();
    }, this.deadlineMs);
    timer.unref();
  }

  private update({ id, address, names }: NodeView): void {
    const known = this.members.get(id);
    if (known !== undefined) {
      const { host, port } = known.address;
      if (address === null || (address.host === host && address.port === port)) {
        known.names = names;
        return;
      }
    }
    if (address === null) return;
    this.members.set(id, { id, address, names, link: this.open(address) });
  }

  private sorted(): Member[] {
    return [...this.members.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
