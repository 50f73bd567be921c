/** Whether there is a key for Claude. Looks at the environment only, and loads nothing. */

/** True where the environment names credentials. Profiles on disk do not count: nobody chose them for this program. */
export function hasCredentials(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.ANTHROPIC_API_KEY?.trim() || env.ANTHROPIC_AUTH_TOKEN?.trim());
}
