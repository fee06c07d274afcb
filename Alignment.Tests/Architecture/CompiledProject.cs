using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Alignment.Tests.Architecture;

/// <summary>A type that stands in no other type, with the source files that declare it.</summary>
sealed record CompiledType(string Namespace, string Name, IReadOnlyList<string> Sources);

/// <summary>
/// A place where compiled code names a type (then the member is null), or calls or reads one of its members. Nested types
/// count for the outermost one.
/// </summary>
sealed record CompiledUse(
    string FromNamespace, string FromType, string FromMember, string Assembly, string Namespace, string Type, string? Member);

/// <summary>
/// What an assembly of ours declares and uses, read from its metadata, method bodies and symbols. Symbols tell the source files, so that
/// folders can be compared with namespaces; method bodies tell which member calls which. Constants and <c>nameof</c> leave no trace here:
/// <see cref="SourceUsings"/> sees those.
/// </summary>
sealed class CompiledProject
{
    static readonly OpCode[] s_oneByte = new OpCode[256], s_twoBytes = new OpCode[256];

    readonly MetadataReader _reader;
    readonly PEReader _image;
    readonly MetadataReader _symbols;
    readonly List<CompiledUse> _uses = [];

    static CompiledProject()
    {
        foreach (var code in typeof(OpCodes).GetFields().Select(f => f.GetValue(null)).OfType<OpCode>())
            (code.Size == 1 ? s_oneByte : s_twoBytes)[code.Value & 0xff] = code;
    }

    /// <param name="path">Of the assembly; its portable symbols (<c>.pdb</c>) stand beside it.</param>
    public CompiledProject(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        (_image, _reader, _symbols) = (image, image.GetMetadataReader(), symbols.GetMetadataReader());
        Name = _reader.GetString(_reader.GetAssemblyDefinition().Name);
        References = [.. _reader.AssemblyReferences.Select(r => _reader.GetString(_reader.GetAssemblyReference(r).Name))];
        var outermost = _reader.TypeDefinitions.Where(t => !_reader.GetTypeDefinition(t).IsNested);
        Types = [.. outermost.Select(ReadType).Where(t => t.Sources.Count > 0)];
        Uses = [.. _uses.Distinct()];
    }

    public string Name { get; }

    /// <summary>Names of the assemblies that this one uses.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>The types that sources declare; what the compiler adds of itself has no source and is left out.</summary>
    public IReadOnlyList<CompiledType> Types { get; }

    public IReadOnlyList<CompiledUse> Uses { get; }

    CompiledType ReadType(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        var sources = new SortedSet<string>(StringComparer.Ordinal);
        var (space, name) = (_reader.GetString(type.Namespace), Plain(_reader.GetString(type.Name)));
        Read(handle, space, name, null, sources);
        return new(space, name, [.. sources]);
    }

    void Read(TypeDefinitionHandle handle, string space, string outer, string? generatedFor, SortedSet<string> sources)
    {
        var type = _reader.GetTypeDefinition(handle);
        foreach (var documents in _symbols.GetCustomDebugInformation(handle).Select(_symbols.GetCustomDebugInformation))
            if (_symbols.GetGuid(documents.Kind) == s_typeDefinitionDocuments)
                for (var blob = _symbols.GetBlobReader(documents.Value); blob.RemainingBytes > 0;)
                    sources.Add(Source(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger())));

        var declared = new Names(this, space, outer, generatedFor ?? "its declaration");
        declared.Add(type.BaseType);
        foreach (var face in type.GetInterfaceImplementations()) declared.Add(_reader.GetInterfaceImplementation(face).Interface);
        declared.AddConstraints(type.GetGenericParameters());
        declared.AddAttributes(type.GetCustomAttributes());
        foreach (var field in type.GetFields().Select(_reader.GetFieldDefinition))
        {
            field.DecodeSignature(declared, null);
            declared.AddAttributes(field.GetCustomAttributes());
        }
        foreach (var property in type.GetProperties().Select(_reader.GetPropertyDefinition))
        {
            property.DecodeSignature(declared, null);
            declared.AddAttributes(property.GetCustomAttributes());
        }
        foreach (var method in type.GetMethods()) ReadMethod(method, space, outer, generatedFor, sources);
        foreach (var nested in type.GetNestedTypes())
            Read(nested, space, outer, generatedFor ?? GeneratedFor(_reader.GetString(_reader.GetTypeDefinition(nested).Name)), sources);
    }

    void ReadMethod(MethodDefinitionHandle handle, string space, string outer, string? generatedFor, SortedSet<string> sources)
    {
        var method = _reader.GetMethodDefinition(handle);
        var debug = _symbols.GetMethodDebugInformation(handle.ToDebugInformationHandle());
        if (!debug.Document.IsNil) sources.Add(Source(debug.Document));
        else foreach (var point in debug.GetSequencePoints()) sources.Add(Source(point.Document));

        string name = _reader.GetString(method.Name);
        var used = new Names(this, space, outer, generatedFor ?? GeneratedFor(name) ?? name);
        method.DecodeSignature(used, null);
        used.AddConstraints(method.GetGenericParameters());
        used.AddAttributes(method.GetCustomAttributes());
        foreach (var parameter in method.GetParameters()) used.AddAttributes(_reader.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(used, null);
        foreach (var region in body.ExceptionRegions.Where(r => r.Kind == ExceptionRegionKind.Catch)) used.Add(region.CatchType);
        for (var code = body.GetILReader(); code.RemainingBytes > 0;)
        {
            byte first = code.ReadByte();
            var operation = first == 0xfe ? s_twoBytes[code.ReadByte()] : s_oneByte[first];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    used.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineNone: break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar: code.Offset += 1; break;
                case OperandType.InlineVar: code.Offset += 2; break;
                case OperandType.InlineI8 or OperandType.InlineR: code.Offset += 8; break;
                default: code.Offset += 4; break;
            }
        }
    }

    string Source(DocumentHandle handle) => _symbols.GetString(_symbols.GetDocument(handle).Name).Replace('\\', '/');

    /// <summary>Lambdas, local functions, iterators and async bodies are called <c>&lt;Method&gt;…</c>.</summary>
    static string? GeneratedFor(string name) =>
        name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? name[1..end] : null;

    static string Plain(string name) => name.IndexOf('`', StringComparison.Ordinal) is > 0 and var tick ? name[..tick] : name;

    static readonly Guid s_typeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    readonly record struct TypeName(string Assembly, string Namespace, string Name);

    /// <summary>Notes every type and member that is named at one place: as a handle, or inside a signature.</summary>
    sealed class Names(CompiledProject project, string space, string type, string member) : ISignatureTypeProvider<TypeName, object?>
    {
        MetadataReader Reader => project._reader;

        public void Add(EntityHandle handle)
        {
            if (handle.IsNil) return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification: Named(handle); break;
                case HandleKind.FieldDefinition:
                    var field = Reader.GetFieldDefinition((FieldDefinitionHandle)handle);
                    Note(Outermost(field.GetDeclaringType()), Reader.GetString(field.Name));
                    break;
                case HandleKind.MethodDefinition:
                    var method = Reader.GetMethodDefinition((MethodDefinitionHandle)handle);
                    Note(Outermost(method.GetDeclaringType()), Reader.GetString(method.Name));
                    break;
                case HandleKind.MethodSpecification:
                    var generic = Reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Add(generic.Method);
                    generic.DecodeSignature(this, null);
                    break;
                case HandleKind.MemberReference:
                    var reference = Reader.GetMemberReference((MemberReferenceHandle)handle);
                    if (reference.Parent.Kind == HandleKind.MethodDefinition) { Add(reference.Parent); break; } // varargs
                    Note(Named(reference.Parent), Reader.GetString(reference.Name));
                    if (reference.GetKind() == MemberReferenceKind.Field) reference.DecodeFieldSignature(this, null);
                    else reference.DecodeMethodSignature(this, null);
                    break;
            }
        }

        public void AddConstraints(GenericParameterHandleCollection parameters)
        {
            foreach (var constraint in parameters.SelectMany(p => Reader.GetGenericParameter(p).GetConstraints()))
                Add(Reader.GetGenericParameterConstraint(constraint).Type);
        }

        public void AddAttributes(CustomAttributeHandleCollection attributes)
        {
            foreach (var attribute in attributes) Add(Reader.GetCustomAttribute(attribute).Constructor);
        }

        TypeName Named(EntityHandle handle) => handle.Kind switch
        {
            HandleKind.TypeDefinition => GetTypeFromDefinition(Reader, (TypeDefinitionHandle)handle, 0),
            HandleKind.TypeReference => GetTypeFromReference(Reader, (TypeReferenceHandle)handle, 0),
            HandleKind.TypeSpecification => Reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
            _ => default,
        };

        TypeName Note(TypeName used, string? usedMember)
        {
            if (used != default && (used.Assembly, used.Namespace, used.Name) != (project.Name, space, type))
                project._uses.Add(new(space, type, member, used.Assembly, used.Namespace, used.Name, usedMember));
            return used;
        }

        TypeName Outermost(TypeDefinitionHandle handle)
        {
            var definition = Reader.GetTypeDefinition(handle);
            while (definition.IsNested) definition = Reader.GetTypeDefinition(definition.GetDeclaringType());
            return new(project.Name, Reader.GetString(definition.Namespace), Plain(Reader.GetString(definition.Name)));
        }

        public TypeName GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            Note(Outermost(handle), null);

        public TypeName GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var reference = reader.GetTypeReference(handle);
            while (reference.ResolutionScope.Kind == HandleKind.TypeReference)
                reference = reader.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope);
            if (reference.ResolutionScope.Kind != HandleKind.AssemblyReference) return default;
            var assembly = reader.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope);
            string name = Plain(reader.GetString(reference.Name));
            return Note(new(reader.GetString(assembly.Name), reader.GetString(reference.Namespace), name), null);
        }

        public TypeName GetTypeFromSpecification(
            MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, null);

        public TypeName GetGenericInstantiation(TypeName genericType, ImmutableArray<TypeName> typeArguments) => genericType;
        public TypeName GetArrayType(TypeName elementType, ArrayShape shape) => elementType;
        public TypeName GetSZArrayType(TypeName elementType) => elementType;
        public TypeName GetByReferenceType(TypeName elementType) => elementType;
        public TypeName GetPointerType(TypeName elementType) => elementType;
        public TypeName GetPinnedType(TypeName elementType) => elementType;
        public TypeName GetModifiedType(TypeName modifier, TypeName unmodifiedType, bool isRequired) => unmodifiedType;
        public TypeName GetFunctionPointerType(MethodSignature<TypeName> signature) => default;
        public TypeName GetGenericMethodParameter(object? context, int index) => default;
        public TypeName GetGenericTypeParameter(object? context, int index) => default;
        public TypeName GetPrimitiveType(PrimitiveTypeCode typeCode) => default;
    }
}
