/** The one page of the development issuer: which client asks for what, and which agent it is to be. */

/** What the page shows. */
export interface ConsentView {
  client: string
  /** Where the browser goes next. */
  redirectUri: string
  resource: string
  scopes: readonly string[]
  agents: readonly string[]
  /** Why the last answer did not do. */
  problem?: string
}

/** Headers that keep other pages from framing or scripting this one. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
}

/** The page as HTML; everything a client says of itself stands there as text. */
export function consentPage({ client, redirectUri, resource, scopes, agents, problem }: ConsentView): string {
  const rows = [
    ['Client', client],
    ['Goes back to', redirectUri],
    ['Resource', resource],
    ['Scopes', scopes.join(' ') || 'none'],
  ]
  const [first = ''] = agents
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in: Causeway, development</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}td{padding:.1rem 1rem .1rem 0;overflow-wrap:anywhere}
label{display:block;margin:1rem 0}input{font:inherit;padding:.3rem}button{font:inherit;padding:.3rem 1rem}</style>
<h1>Sign in for development</h1>
${problem === undefined ? '' : `<p role="alert">${escapeHtml(problem)}</p>`}
<table>${rows.map(([name = '', text = '']) => `<tr><td>${name}<td>${escapeHtml(text)}`).join('')}</table>
<form method="post">
<label>Agent <input name="agent" list="agents" required value="${escapeHtml(first)}"></label>
<datalist id="agents">${agents.map((agent) => `<option value="${escapeHtml(agent)}">`).join('')}</datalist>
<label>On behalf of the user <input name="user" placeholder="nobody"></label>
<button name="answer" value="approve">Approve</button> <button name="answer" value="refuse" formnovalidate>Refuse</button>
</form></html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}
