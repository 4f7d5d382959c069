/** Splicing changes what it is told to change and leaves every other byte alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrayText, objectText, stringText, valueText } from '../../test/support/arbitrary-json.ts'
import { elementsOf, membersOf, memberText, NotJson, skipValue, withMembers } from './json-span.ts'

describe('membersOf', () => {
  it('finds every key as JSON.parse reads it, and every value as it was written', () => {
    fc.assert(
      fc.property(objectText, ({ text, members }) => {
        const found = membersOf(text, 0)
        expect(found.map(({ key, start, end }) => [key, text.slice(start, end)])).toEqual(
          members.map(({ key, valueText: value }) => [key, value]),
        )
        expect(found.map(({ isEscaped }) => isEscaped)).toEqual(members.map(({ keyText }) => keyText.includes('\\')))
      }),
    )
  })

  it('reads an object inside another text', () => {
    expect(membersOf('[ {"a":1} ]', 1).map(({ key }) => key)).toEqual(['a'])
  })

  it.each(['[]', '"{}"', '{"a" 1}', '{"a', ''])('refuses %j, which is no object', (text) => {
    expect(() => membersOf(text, 0)).toThrow(NotJson)
  })
})

it('reads the last of two members of one key', () => {
  const text = ' { "a":1,"b":[ 2.0 ],"a": -0 }'
  expect([memberText(text, 'a'), memberText(text, 'b'), memberText(text, 'c')]).toEqual(['-0', '[ 2.0 ]', undefined])
})

describe('elementsOf', () => {
  it('finds every element as it was written', () => {
    fc.assert(
      fc.property(arrayText, ({ text, elements }) => {
        expect(elementsOf(text, 0).map(({ start, end }) => text.slice(start, end))).toEqual(elements)
      }),
    )
  })

  it('refuses what is no array', () => {
    expect(() => elementsOf('{}', 0)).toThrow(NotJson)
  })
})

it('skips exactly one value', () => {
  fc.assert(
    fc.property(valueText, fc.constantFrom('', ',1', '}', ']', ' ,'), (text, rest) => {
      expect(skipValue(`${text}${rest}`, 0)).toBe(text.length)
    }),
  )
})

describe('withMembers', () => {
  it('changes nothing but what it is told to, numbers and escapes included', () => {
    fc.assert(
      fc.property(
        objectText,
        fc.dictionary(fc.string(), fc.option(valueText, { nil: undefined })),
        (object, changes) => {
          const changed = withMembers(object.text, membersOf(object.text, 0), changes)
          const expected = object.members
            .filter(({ key }) => !Object.hasOwn(changes, key))
            .map(({ key, keyText, valueText: value }) => [key, keyText, value])
          const kept = membersOf(changed, 0).filter(({ key }) => !Object.hasOwn(changes, key))
          expect(
            kept.map(({ key, keyStart, start, end }) => [key, keyTextAt(changed, keyStart), changed.slice(start, end)]),
          ).toEqual(expected)
          for (const [key, value] of Object.entries(changes)) {
            const found = membersOf(changed, 0).filter((member) => member.key === key)
            expect(found.map(({ start, end }) => changed.slice(start, end))).toEqual(value === undefined ? [] : [value])
          }
        },
      ),
    )
  })

  it('means what assigning to the parsed object means', () => {
    fc.assert(
      fc.property(objectText, stringText, valueText, ({ text }, keyText, value) => {
        const key = JSON.parse(keyText) as string
        const changed = JSON.parse(withMembers(text, membersOf(text, 0), { [key]: value })) as object
        const expected = Object.defineProperty(JSON.parse(text) as object, key, {
          value: JSON.parse(value),
          enumerable: true,
        })
        expect(Object.entries(changed)).toEqual(Object.entries(expected))
      }),
    )
  })

  it('leaves every byte that it is not told to change, white space included', () => {
    fc.assert(
      fc.property(objectText, fc.nat(), valueText, ({ text }, which, value) => {
        const members = membersOf(text, 0)
        expect(withMembers(text, members, {})).toBe(members.length === 0 ? '{}' : text)
        const member = members[which % members.length]
        if (!member) return
        expect(withMembers(text, members, { [member.key]: value })).toBe(
          `${text.slice(0, member.start)}${value}${text.slice(member.end)}`,
        )
      }),
    )
  })

  it('removes a member with one comma', () => {
    const text = '{ "a":1 , "b":2\t,\n"c":3 }'
    const without = (...keys: string[]) =>
      withMembers(text, membersOf(text, 0), Object.fromEntries(keys.map((key) => [key, undefined])))
    expect(without('a')).toBe('{ "b":2\t,\n"c":3 }')
    expect(without('b')).toBe('{ "a":1\t,\n"c":3 }')
    expect(without('c')).toBe('{ "a":1 , "b":2 }')
    expect(without('a', 'b')).toBe('{ "c":3 }')
    expect(without('a', 'b', 'c')).toBe('{}')
  })

  it('replaces in place and adds at the end', () => {
    const text = '{ "a" : 1.0 , "b" : [ 1e400 ], "c": 12345678901234567890 }'
    expect(withMembers(text, membersOf(text, 0), { b: '2', d: '"x"', a: undefined })).toBe(
      '{ "b" : 2, "c": 12345678901234567890,"d":"x" }',
    )
  })

  it('writes a member once that an upstream wrote twice', () => {
    const text = '{"name":"a","x":1,"name":"b"}'
    expect(withMembers(text, membersOf(text, 0), { name: '"c"' })).toBe('{"name":"c","x":1}')
  })

  it('treats __proto__ as any other key', () => {
    const text = '{"__proto__":{"a":1}}'
    expect(withMembers(text, membersOf(text, 0), { b: '1' })).toBe('{"__proto__":{"a":1},"b":1}')
  })
})

function keyTextAt(text: string, start: number): string {
  return text.slice(start, skipValue(text, start))
}
