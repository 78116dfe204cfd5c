import { posix } from 'node:path'
import ts from 'typescript'

/** A source file as the rules see it; the path is relative to the repository and has forward slashes. */
export interface Source {
  readonly path: string
  readonly text: string
}

// From the bottom up: a layer imports what is below it. Those on one line are siblings and do not import one another.
const LAYERS: readonly (readonly string[])[] = [
  ['errors'],
  ['util'],
  ['observe', 'serde'],
  ['protocol'],
  ['records'],
  ['network'],
  ['cluster'],
  ['producer', 'consumer', 'admin'],
  ['group', 'leader'],
]
// The in-process cluster speaks Kafka's protocol with code of its own, not with the client that it is there to test.
const TESTING_USES = new Set(['errors', 'util', 'observe', 'protocol', 'records', 'testing'])
// Mocks have the types of the client, whose place they take, and the shape of what it hands out; nothing of what it does.
const MOCKS = 'src/testing/mocks/'
const MOCKED_TYPES = new Set(['producer', 'consumer'])
const MOCKED_VALUES = new Set(['src/producer/errors.ts', 'src/consumer/plain-message.ts'])
const ENTRIES = new Set(['src/index.ts', 'src/protocol.ts', 'src/testing.ts'])
const MAX_LINES = 400
const REASON = /\bover 400 lines because \S/

interface Import {
  readonly specifier: string
  readonly line: number
  /** Whether nothing is left of it when it is run. */
  readonly isType: boolean
}

interface Parsed extends Source {
  readonly file: ts.SourceFile
  readonly imports: readonly Import[]
}

/** Everything in the sources that breaks a rule of the architecture, as `path:line what`. */
export function violations(sources: readonly Source[], dependencies: readonly string[]): string[] {
  const parsed = sources.map(parse)
  const known = new Set(sources.map(({ path }) => path))
  const src = parsed.filter(({ path }) => path.startsWith('src/'))
  return [
    ...src.flatMap(source => importViolations(source, known, dependencies)),
    ...cycles(src, known),
    ...src.filter(({ path }) => !ENTRIES.has(path)).flatMap(reexports),
    ...parsed.flatMap(tooLong),
    ...parsed.flatMap(forbiddenSyntax),
  ]
}

function parse({ path, text }: Source): Parsed {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  walk(file, node => {
    const specifier = importedBy(node)
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, line: lineOf(file, node), isType: isTypeImport(node) })
    }
  })
  return { path, text, file, imports }
}

/** What a node imports, whichever way it does: types and dynamic imports count as well. */
function importedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  if (!ts.isCallExpression(node)) return undefined
  const { expression } = node
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword
  return imports || (ts.isIdentifier(expression) && expression.text === 'require') ? node.arguments[0] : undefined
}

/** Only what says `type` for all that it imports: with `verbatimModuleSyntax` the file is loaded otherwise. */
function isTypeImport(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  return ts.isImportTypeNode(node)
}

function importViolations(
  { path, imports }: Parsed,
  known: ReadonlySet<string>,
  dependencies: readonly string[],
): string[] {
  return imports.flatMap(({ specifier, line, isType }) => {
    const at = `${path}:${line}`
    if (!specifier.startsWith('.')) {
      const [first = '', second = ''] = specifier.split('/')
      const name = first.startsWith('@') ? `${first}/${second}` : first
      const allowed = specifier.startsWith('node:') || dependencies.includes(name)
      return allowed ? [] : [`${at} imports ${specifier}, which is neither Node's nor a dependency`]
    }
    const target = resolve(path, specifier)
    // The version that is told to brokers comes from here.
    if (target === 'package.json') return []
    if (!known.has(target)) return [`${at} imports ${specifier}, which is no source file`]
    return mayImport(path, target, isType)
      ? []
      : [`${at} imports ${target}: ${layerOf(path)} may not use ${layerOf(target)}`]
  })
}

function mayImport(from: string, to: string, isType: boolean): boolean {
  const [user, used] = [layerOf(from), layerOf(to)]
  if (user === used) return true
  if (from.startsWith(MOCKS) && (MOCKED_VALUES.has(to) || (isType && MOCKED_TYPES.has(used)))) return true
  if (user === 'testing') return TESTING_USES.has(used)
  if (used === 'testing') return from === 'src/testing.ts'
  const [above, below] = [rank(user), rank(used)]
  // A directory that is in no layer has no rank: it may not be used nor use anything before it is given its place.
  return above !== undefined && below !== undefined && below < above
}

/** The directory in `src`, or `root` for the files that join the layers. */
function layerOf(path: string): string {
  const [, directory, rest] = path.split('/')
  return rest === undefined ? 'root' : directory!
}

function rank(layer: string): number | undefined {
  if (layer === 'root') return LAYERS.length
  const index = LAYERS.findIndex(names => names.includes(layer))
  return index === -1 ? undefined : index
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier)
}

/** One line for each set of files that import one another in a circle, types included. */
function cycles(sources: readonly Parsed[], known: ReadonlySet<string>): string[] {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.map(({ specifier }) => resolve(path, specifier)).filter(target => known.has(target)),
    ]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) found.push(`${path}:1 is in a circle of imports: ${[...trail.slice(start), path].join(' > ')}`)
    if (start !== -1 || done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}

function reexports({ path, file }: Parsed): string[] {
  const imported = new Set<string>()
  walk(file, node => {
    const binds = ts.isImportSpecifier(node) || ts.isNamespaceImport(node) || ts.isImportClause(node)
    if (binds && node.name !== undefined) imported.add(node.name.text)
  })
  return file.statements.filter(ts.isExportDeclaration).flatMap(statement => {
    const { exportClause, moduleSpecifier } = statement
    const local = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : []
    const passesOn = moduleSpecifier !== undefined || local.some(e => imported.has((e.propertyName ?? e.name).text))
    return passesOn
      ? [`${path}:${lineOf(file, statement)} exports what another file declares; only package entries may`]
      : []
  })
}

function tooLong({ path, text }: Parsed): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines <= MAX_LINES || REASON.test(text)) return []
  return [`${path}:${lines} has over ${MAX_LINES} lines: split it, or say in it "over 400 lines because …"`]
}

function forbiddenSyntax({ path, file }: Parsed): string[] {
  const found: string[] = []
  const config = path.endsWith('.config.ts')
  walk(file, node => {
    const at = `${path}:${lineOf(file, node)}`
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${at} says any`)
    if (!config && isDefaultExport(node)) found.push(`${at} has a default export`)
  })
  return found
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true
  if (ts.isExportSpecifier(node)) return node.name.text === 'default'
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(m => m.kind === ts.SyntaxKind.DefaultKeyword)
}

function walk(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node)
  ts.forEachChild(node, child => walk(child, look))
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
}
