/** A browser without eyes: it keeps cookies, follows redirects, and fills in the forms that it meets. */

const MAX_STEPS = 20

/** One browser; cookies are kept between visits, as a person's are. */
export function openBrowser() {
  const cookies = new Map<string, string>()
  const load = async (url: string, form?: URLSearchParams) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    for (const text of response.headers.getSetCookie()) {
      const [pair = ''] = text.split(';', 1)
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return { response, html: await response.text() }
  }
  return {
    /** One request and nothing after it. */
    load,
    /**
     * Goes on from `start` until a page has no form.
     * @param answers what is typed, by the names of fields
     * @param visited told every address
     */
    async goThrough(start: string, answers: Record<string, string> = {}, visited: string[] = []) {
      let url = start
      let form: URLSearchParams | undefined
      for (let step = 0; step < MAX_STEPS; step++) {
        visited.push(url)
        const { response, html } = await load(url, form)
        form = undefined
        const location = response.headers.get('location')
        if (location) url = new URL(location, url).href
        else if (response.ok && html.includes('<form')) {
          const action = /<form[^>]*\saction="([^"]*)"/.exec(html)?.[1]
          if (action) url = new URL(action, url).href
          form = filled(html, answers)
        } else return { status: response.status, html }
      }
      throw new Error(`Cannot go through from ${start}: sent round in circles`)
    },
  }
}

function filled(html: string, answers: Record<string, string>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1]
    if (name) form.set(name, answers[name] ?? /\svalue="([^"]*)"/.exec(tag)?.[1] ?? '')
  }
  return form
}
