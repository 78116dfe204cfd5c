import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** The sources of the option tables: file, the table's name there, and where its options stand in the configuration. */
const tables = [
  ['src/config.ts', 'kafkaOptions', ''],
  ['src/network/options.ts', 'netOptions', 'net'],
  ['src/cluster/options.ts', 'metadataOptions', 'metadata'],
  ['src/producer/options.ts', 'producerOptions', 'producer'],
  ['src/consumer/options.ts', 'consumerOptions', 'consumer'],
  ['src/group/options.ts', 'groupOffsetsOptions', 'consumer.offsets'],
  ['src/group/options.ts', 'groupOptions', 'consumer.group'],
  ['src/admin/options.ts', 'adminOptions', 'admin'],
] as const

/** The doc comment of every option, by its full name: documentation says what an editor shows on hover. */
export function optionComments(): Map<string, string> {
  const comments = new Map<string, string>()
  const retry = retryTable()
  for (const [file, name, path] of tables) {
    const table = firstTable(find(parse(file), node => ts.isVariableDeclaration(node) && node.name.getText() === name))
    collect(table, path, retry, comments)
  }
  return comments
}

function retryTable(): ts.ObjectLiteralExpression {
  return firstTable(find(parse('src/util/retry-options.ts'), ts.isReturnStatement))
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
}

function find(root: ts.Node, wanted: (node: ts.Node) => boolean): ts.Node {
  const visit = (node: ts.Node): ts.Node | undefined => (wanted(node) ? node : ts.forEachChild(node, visit))
  const found = visit(root)
  if (found === undefined) throw new Error(`${root.getSourceFile().fileName} is not as expected`)
  return found
}

function firstTable(root: ts.Node): ts.ObjectLiteralExpression {
  return find(root, ts.isObjectLiteralExpression) as ts.ObjectLiteralExpression
}

function collect(
  table: ts.ObjectLiteralExpression,
  path: string,
  retry: ts.ObjectLiteralExpression,
  comments: Map<string, string>,
): void {
  for (const property of table.properties) {
    if (!ts.isPropertyAssignment(property)) continue
    const option = [path, property.name.getText()].filter(Boolean).join('.')
    const [comment] = ts.getJSDocCommentsAndTags(property)
    if (comment !== undefined && typeof comment.comment === 'string') comments.set(option, comment.comment)
    const { initializer } = property
    if (ts.isObjectLiteralExpression(initializer)) collect(initializer, option, retry, comments)
    else if (/^section\(/.test(initializer.getText())) collect(firstTable(initializer), option, retry, comments)
    else if (/^retryOptions\(/.test(initializer.getText())) collect(retry, option, retry, comments)
  }
}
