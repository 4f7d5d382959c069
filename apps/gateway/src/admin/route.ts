/** One route of the admin API as data: what serves it, what checks its input and what documents it are the same declaration. */
import type { z } from 'zod'
import type { FailureCode } from '../failures.ts'
import type { RunningGateway } from '../gateway.ts'
import type { Store } from '../store/open-store.ts'
import type { Admin, Door } from './admit.ts'
import type { Attempts } from './attempts.ts'
import type { EventHub } from './event-hub.ts'

/** What routes work on. */
export interface AdminParts {
  gateway: RunningGateway
  store: Store
  door: Door
  attempts: Attempts
  hub: EventHub
  /** What ends each stream of events that is open. */
  streams: Set<() => void> & { max: number }
  /** ms since the epoch */
  startedAtMs: number
}

/** One request whose input fits. */
export interface Asked<Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  /** `undefined` on open routes. */
  admin: Admin | undefined
  ifMatch: string | undefined
  /** The `Accept` header, or nothing. */
  accept: string
  /** The last event that a stream brought before it was cut. */
  lastEventId: string | undefined
  /** Where the request comes from. */
  address: string
  requestId: string
  /** Aborted when the client is gone. */
  signal: AbortSignal
  /** Cuts the connection, whatever was not read yet. */
  hangUp(): void
}

/** An answer in JSON. */
export interface Answer {
  data?: unknown
  /** Changes with the data; unquoted. */
  etag?: string
  headers?: Record<string, string>
}

/** Who may use a route: everybody; any admin, to look, or to change what is their own; or one who may change things. */
export type RouteAccess = 'open' | 'read' | 'own' | 'write'

/** A route. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `{name}` for parameters. */
  path: string
  /** Unique camel-case name. */
  id: string
  summary: string
  tag: string
  access: RouteAccess
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** HTTP status of success. */
  status: number
  /** What a success holds; nothing for 204. */
  answer?: z.ZodType
  /** Media type of a success that is not JSON. */
  mediaType?: string
  /** Whether the answer carries an ETag. */
  hasEtag?: boolean
  /** Whether the request must carry If-Match: `always`, or `existing` where it may create as well. */
  match?: 'always' | 'existing'
  /** Failures beside those that every route can have. */
  failures: readonly FailureCode[]
  handle(asked: Asked, on: AdminParts): Answer | Response | Promise<Answer | Response>
}

type Handled<P, Q, B> = Omit<Route, 'handle' | 'params' | 'query' | 'body'> & {
  params?: z.ZodType<P>
  query?: z.ZodType<Q>
  body?: z.ZodType<B>
  handle(asked: Asked<P, Q, B>, on: AdminParts): Answer | Response | Promise<Answer | Response>
}

/** Declares a route with the types of its input. */
export function defineRoute<P = unknown, Q = unknown, B = unknown>(route: Handled<P, Q, B>): Route {
  return route as Route
}
