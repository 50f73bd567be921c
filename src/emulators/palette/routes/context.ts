/** What every group of routes works on. */
import type { Hono } from 'hono';
import type { Tenant } from '../model.js';

export interface Variables {
  /** Null in tenant scope. */
  project: string | null;
}
export type PaletteApp = Hono<{ Variables: Variables }>;

export interface RouteContext {
  app: PaletteApp;
  tenant: Tenant;
}
