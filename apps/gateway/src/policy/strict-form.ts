/** Writes a condition so that it either answers or fails: CEL forgives errors beside a decided operand and compares what cannot be equal, and an upstream may read such arguments otherwise. */
import type { ASTNode } from '@marcbachmann/cel-js'

/** A condition in its strict form. */
export interface StrictForm {
  text: string
  /** Members that it reads, by name: other spellings of these in the arguments cannot be judged. */
  names: ReadonlySet<string>
}

/** The functions of the language. Regular expressions are not among them, because those of JavaScript can take forever. */
const FUNCTIONS: readonly string[] = [
  ...['size', 'has', 'contains', 'startsWith', 'endsWith', 'timestamp', 'duration'],
  ...['getFullYear', 'getMonth', 'getDayOfMonth', 'getDayOfWeek', 'getHours', 'getMinutes'],
]
const OVER_LISTS: readonly string[] = ['all', 'exists', 'exists_one']

/** @throws for what is not of the language */
export function strictForm(ast: ASTNode): StrictForm {
  const names = new Set<string>()
  return { text: write(ast, { names, isInList: false }), names }
}

interface Writing {
  names: Set<string>
  /** Whether it is judged once for each element of a list already. */
  isInList: boolean
}

function write(node: ASTNode, writing: Writing): string {
  const sub = (each: ASTNode) => write(each, writing)
  switch (node.op) {
    case 'value':
      return node.input.slice(node.start, node.end)
    case 'id':
      return node.args
    case '.':
      writing.names.add(node.args[1])
      return `${sub(node.args[0])}.${node.args[1]}`
    case '[]':
      if (node.args[1].op === 'value' && typeof node.args[1].args === 'string') writing.names.add(node.args[1].args)
      return `${sub(node.args[0])}[${sub(node.args[1])}]`
    case 'call':
      return `${known(node.args[0])}(${node.args[1].map(sub).join(', ')})`
    case 'rcall':
      return writeMethod(node.args, writing)
    case 'list':
      return `[${node.args.map(sub).join(', ')}]`
    case '?:':
      return `(${sub(node.args[0])} ? ${sub(node.args[1])} : ${sub(node.args[2])})`
    case '||':
      return `(${sub(node.args[0])} ? true : ${sub(node.args[1])})`
    case '&&':
      return `(${sub(node.args[0])} ? ${sub(node.args[1])} : false)`
    case '!_':
      return `!(${sub(node.args)})`
    case '-_':
      return `-(${sub(node.args)})`
    case '==':
      return `same(${sub(node.args[0])}, ${sub(node.args[1])})`
    case '!=':
      return `!same(${sub(node.args[0])}, ${sub(node.args[1])})`
    case 'in':
      return `among(${sub(node.args[0])}, ${sub(node.args[1])})`
    case 'map':
    case '.?':
    case '[?]':
      throw new Error('A condition has no maps and no optional members')
    default:
      return `(${sub(node.args[0])} ${node.op} ${sub(node.args[1])})`
  }
}

// An element that fails must not be forgiven because another one decides.
function writeMethod([name, receiver, args]: [string, ASTNode, ASTNode[]], writing: Writing): string {
  const on = write(receiver, writing)
  if (!OVER_LISTS.includes(name)) return `${on}.${known(name)}(${args.map((each) => write(each, writing)).join(', ')})`
  if (writing.isInList) throw new Error(`"${name}" cannot stand inside of another one`)
  const [variable, holds] = args
  if (!variable || !holds) throw new Error(`"${name}" wants a variable and a condition`)
  const of = write(variable, writing)
  const each = write(holds, { ...writing, isInList: true })
  if (name === 'exists_one') return `${on}.exists_one(${of}, ${each})`
  return name === 'exists'
    ? `(${on}.filter(${of}, ${each}).size() > 0)`
    : `(${on}.filter(${of}, !(${each})).size() < 1)`
}

function known(name: string): string {
  if (FUNCTIONS.includes(name)) return name
  throw new Error(`"${name}" is no function of conditions: those are ${[...FUNCTIONS, ...OVER_LISTS].join(', ')}`)
}
