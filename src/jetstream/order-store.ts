// Orders and the questions about them over the bucket of state. An order is written before its question; where a process ended in between,
// the renter's repetition brings the question.

import { unixSecondsOf } from "../base/index.ts";
import type { NewOrder, NewRequest, OrderLoad, OrderStore, StoredOrder, WaitingRequest } from "../core/index.ts";
import { type OrderAnswer, rentRequest } from "../protocol/index.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { key, type OrderRow, orderRow, type RequestRow, requestRow } from "./state-rows.ts";

export interface OrderDeps {
  readonly bucket: StateBucket;
  readonly mirror: StateMirror;
}

const OPEN: ReadonlySet<string> = new Set(["requested", "quoted", "paying", "paid"]);
const PAGE = 20;
const MAX_OPEN = 500;

const isOpen = ({ answer }: OrderRow): boolean => OPEN.has(answer?.state ?? "requested");

const storedOf = (id: string, { provider, renter, text, request, answer }: OrderRow): StoredOrder => ({
  ...{ id, provider, renter, request, answer },
  requestText: text,
});

export class JetStreamOrders implements OrderStore {
  readonly #deps: OrderDeps;

  constructor(deps: OrderDeps) {
    this.#deps = deps;
  }

  async find(id: string): Promise<StoredOrder | null> {
    const { mirror, bucket } = this.#deps;
    const row = mirror.orders.get(id) ?? (await bucket.read(orderRow, key.order(id))).row;
    return row === null ? null : storedOf(id, row);
  }

  async open(provider: string): Promise<readonly StoredOrder[]> {
    const { mirror } = this.#deps;
    const rows = mirror.ordersOfProvider.of(provider).flatMap((id) => {
      const row = mirror.orders.get(id);
      return row === undefined || row.answer === null || !isOpen(row) ? [] : [{ id, row }];
    });
    const sorted = rows.toSorted((one, other) => one.row.created_at - other.row.created_at);
    return sorted.slice(0, MAX_OPEN).map(({ id, row }) => storedOf(id, row));
  }

  async pending(orderId: string): Promise<number> {
    const { mirror } = this.#deps;
    const open = mirror.requestsOfOrder.of(orderId).filter((id) => mirror.requests.get(id)?.row.body != null);
    return open.length;
  }

  /** A question's cursor is the number of the write that asked it. */
  async waiting(provider: string, after: number): Promise<readonly WaitingRequest[]> {
    const { mirror } = this.#deps;
    // A cursor that was never given is one of a cluster that was restored since: the box has all to see.
    const behind = after > mirror.position ? 0 : after;
    const found = mirror.requestsOfProvider.of(provider).flatMap((id): WaitingRequest[] => {
      const held = mirror.requests.get(id);
      const request = held?.row.body ?? null;
      return held === undefined || request === null || held.revision <= behind
        ? []
        : [{ cursor: held.revision, request }];
    });
    return found.toSorted((one, other) => one.cursor - other.cursor).slice(0, PAGE);
  }

  async save(
    { request, provider }: NewRequest,
    order: NewOrder | null,
    decide: (load: OrderLoad) => boolean,
  ): Promise<boolean> {
    const { bucket } = this.#deps;
    const orderId = request.order_id;
    let go = false;
    let known = false;
    await bucket.change<OrderRow>(orderRow, key.order(orderId), (row) => {
      go = decide(this.#load(orderId, provider, row, order));
      known = row !== null;
      if (!go || order === null || row !== null) return undefined;
      const { renter, text } = order;
      const asked = rentRequest.parse(JSON.parse(text));
      return { provider, renter, text, request: asked, answer: null, created_at: unixSecondsOf(order.now) };
    });
    // Its order was written and the process ended: what was never asked is asked by the repetition.
    if (!go && (order === null || !known)) return false;
    const asked = { order: orderId, provider, kind: request.kind, body: request };
    const written = await bucket.change<RequestRow>(requestRow, key.request(request.id), (row) =>
      row === null || (go && row.body === null) ? asked : undefined,
    );
    return go || written > 0;
  }

  async orderOf(requestId: string): Promise<string | null> {
    const { mirror, bucket } = this.#deps;
    const known = mirror.requests.get(requestId)?.row ?? (await bucket.read(requestRow, key.request(requestId))).row;
    return known?.order ?? null;
  }

  async answer(requestId: string, answer: OrderAnswer): Promise<void> {
    const { bucket } = this.#deps;
    await bucket.change<OrderRow>(orderRow, key.order(answer.order_id), (row) =>
      row === null ? undefined : { ...row, answer },
    );
    await bucket.change<RequestRow>(requestRow, key.request(requestId), (row) =>
      row === null || row.body === null ? undefined : { ...row, body: null },
    );
  }

  #load(orderId: string, provider: string, row: OrderRow | null, order: NewOrder | null): OrderLoad {
    const { mirror } = this.#deps;
    const renter = order?.renter ?? row?.renter ?? "";
    const open = mirror.ordersOfRenter.of(renter).filter((id) => {
      const known = mirror.orders.get(id);
      return known !== undefined && isOpen(known);
    });
    return {
      stored: row === null ? null : storedOf(orderId, row),
      openOfRenter: open.length,
      waitingForProvider: mirror.requestsOfProvider.of(provider).length,
      asked: mirror.requestsOfOrder.of(orderId).length,
    };
  }
}
