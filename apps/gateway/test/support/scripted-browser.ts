/** A user agent without eyes: it follows redirects, keeps cookies, and fills in the forms that it meets. */

/** What the person types; a button by its name and value too. */
export type Answers = Readonly<Record<string, string>>

const MAX_STEPS = 20

/**
 * Goes from `start` until it is sent to `home`, which it does not open.
 * @returns the parameters that it would arrive with
 * @throws when it is stuck, with what the last page said
 */
export async function browse(start: URL, home: URL, answers: Answers = {}): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let url = start
  let form: URLSearchParams | undefined
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await fetch(url, requestOf(form, cookies))
    keepCookies(response, cookies)
    const text = await response.text()
    form = undefined
    const location = response.headers.get('location')
    if (location !== null) url = new URL(location, url)
    else if (response.ok && text.includes('<form')) {
      url = new URL(/<form[^>]*\saction="([^"]*)"/.exec(text)?.[1] ?? '', url)
      form = filled(text, answers)
    } else throw new Error(`Cannot browse on from ${url.pathname}: HTTP ${response.status} ${text}`)
    if (url.origin === home.origin && url.pathname === home.pathname) return url.searchParams
  }
  throw new Error(`Cannot browse from ${start}: sent round in circles`)
}

function requestOf(form: URLSearchParams | undefined, cookies: ReadonlyMap<string, string>): RequestInit {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    redirect: 'manual',
    headers: { accept: 'text/html', cookie },
    ...(form === undefined ? {} : { method: 'POST', body: form }),
  }
}

function keepCookies({ headers }: Response, cookies: Map<string, string>): void {
  for (const text of headers.getSetCookie()) {
    const [pair = ''] = text.split(';', 1)
    const at = pair.indexOf('=')
    if (/expires=Thu, 01 Jan 1970/i.test(text)) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

function filled(page: string, answers: Answers): URLSearchParams {
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  const fields = [...page.matchAll(/<input[^>]*>/g)].map(([tag]): [string, string] => [
    attribute(tag, 'name'),
    attribute(tag, 'value'),
  ])
  const buttons = [...page.matchAll(/<button[^>]*\sname="([^"]*)"/g)].map(([, name = '']) => name)
  const form = new URLSearchParams(fields.filter(([name]) => name !== ''))
  for (const [name, value] of Object.entries(answers))
    if (form.has(name) || buttons.includes(name)) form.set(name, value)
  return form
}
