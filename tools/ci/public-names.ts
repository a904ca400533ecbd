import { join, relative } from 'node:path';
import ts from 'typescript';

/** A name that users can import. */
export interface PublicName {
  readonly name: string;
  /** Where it is declared: `src/runner.ts:12`. */
  readonly place: string;
  /** What its docstring says; empty when it has none. */
  readonly says: string;
}

/** Every name that each of these entry points exports, with what an editor shows of it. Paths in it are relative to `from`. */
export function publicNames(entries: readonly string[], from: string): PublicName[][] {
  const config = join(import.meta.dirname, '../../tsconfig.base.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    from,
  );
  const program = ts.createProgram([...entries], options);
  const checker = program.getTypeChecker();
  return entries.map((entry) => {
    const file = program.getSourceFile(entry);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`${entry} is not there, or exports nothing`);
    return checker.getExportsOfModule(module).map((exported): PublicName => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations ?? [];
      if (!declaration) throw new Error(`${entry} exports ${exported.name}, which is declared nowhere`);
      const { fileName } = declaration.getSourceFile();
      const { line } = ts.getLineAndCharacterOfPosition(declaration.getSourceFile(), declaration.getStart());
      return {
        name: exported.name,
        place: `${relative(from, fileName)}:${line + 1}`,
        says: ts.displayPartsToString(documented(symbol, declaration, checker)).trim(),
      };
    });
  });
}

/** For `const { started } = steps` that of the property. */
function documented(symbol: ts.Symbol, declaration: ts.Declaration, checker: ts.TypeChecker) {
  const own = symbol.getDocumentationComment(checker);
  if (own.length > 0 || !ts.isBindingElement(declaration)) return own;
  const { propertyName, name, parent } = declaration;
  const property = checker.getTypeAtLocation(parent).getProperty((propertyName ?? name).getText());
  return property?.getDocumentationComment(checker) ?? own;
}
