// What a service worker has where a page has a window, as far as ours uses it.
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface ExtendableMessageEvent extends ExtendableEvent {
  readonly data: unknown;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerEvents {
  activate: ExtendableEvent;
  fetch: FetchEvent;
  install: ExtendableEvent;
  message: ExtendableMessageEvent;
}
interface ServiceWorkerGlobalScope {
  readonly clients: { claim(): Promise<void>; matchAll(options: { type: "window" }): Promise<readonly unknown[]> };
  readonly registration: ServiceWorkerRegistration;
  addEventListener<Kind extends keyof ServiceWorkerEvents>(
    kind: Kind,
    listener: (event: ServiceWorkerEvents[Kind]) => void,
  ): void;
  skipWaiting(): Promise<void>;
}
