/** Where Palette's host, key and project come from: the environment, and nothing else. Never prints any of them. */
import { UserError } from '../errors.js';

export interface PaletteCredentials {
  /** With scheme, without a trailing slash: `https://api.spectrocloud.com`. */
  host: string;
  apiKey: string;
  /** Undefined: tenant scope. */
  projectUid: string | undefined;
}

const DEFAULT_HOST = 'api.spectrocloud.com';

/**
 * Reads PALETTE_API_KEY, PALETTE_PROJECT_UID and PALETTE_HOST, or the SPECTROCLOUD_* names of the Terraform provider and
 * the official MCP server. Null without a key. Throws UserError for a host that is none.
 */
export function paletteCredentials(env: Record<string, string | undefined>): PaletteCredentials | null {
  const first = (...names: string[]) => names.map((name) => env[name]?.trim()).find((value) => value) || undefined;
  const apiKey = first('PALETTE_API_KEY', 'SPECTROCLOUD_APIKEY', 'SPECTROCLOUD_API_KEY');
  if (!apiKey) return null;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new UserError('PALETTE_API_KEY holds characters that no API key has', {
      hint: 'Copy the key again, without quotes, spaces or line breaks.',
    });
  }
  return {
    host: paletteHost(first('PALETTE_HOST', 'SPECTROCLOUD_HOST') ?? DEFAULT_HOST),
    apiKey,
    projectUid: first('PALETTE_PROJECT_UID', 'SPECTROCLOUD_PROJECT_UID', 'SPECTROCLOUD_DEFAULT_PROJECT_ID'),
  };
}

/** A bare host name means https; a URL is taken as it is, so that http is never an accident. A `/v1` at its end goes. */
export function paletteHost(given: string): string {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    throw invalidHost();
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalidHost();
  if (url.username || url.password) throw invalidHost();
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
}

function invalidHost(): UserError {
  return new UserError('PALETTE_HOST is neither a host name nor an http(s) URL', {
    hint: 'Write it like api.spectrocloud.com or https://palette.example.com, without a user or password in it.',
  });
}
