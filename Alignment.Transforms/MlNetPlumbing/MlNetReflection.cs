using System.Reflection;
using Microsoft.ML.Runtime;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// Everything of ML.NET that we need and that is not public (checked against 5.0.1). Without it a stage from outside
/// ML.NET's own assemblies can neither say truthfully what columns it will make nor be saved and loaded.
/// Nothing else in the product reflects into ML.NET; a test goes through <see cref="Members"/> and names what has moved.
/// </summary>
static class MlNetReflection
{
    const BindingFlags AnyMember = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    // Marks our part of a model file. ML.NET wants exactly eight characters.
    const string ModelSignature = "ALIGNSTG";

    // The layout of the part: stage version, options, state. Stages version their own options inside it.
    const uint LayoutVersion = 0x00010001;

    static readonly Assembly s_core = typeof(IHostEnvironment).Assembly;

    static readonly Member<ConstructorInfo> s_column = new("SchemaShape.Column(string, VectorKind, DataViewType, bool, SchemaShape)",
        () => Constructor(typeof(SchemaShape.Column), typeof(string), typeof(SchemaShape.Column.VectorKind), typeof(DataViewType),
        typeof(bool), typeof(SchemaShape)));

    static readonly Member<ConstructorInfo> s_versionInfo = new("VersionInfo(string, uint, uint, uint, string, string, string)",
        () => Constructor(Hidden("Microsoft.ML.VersionInfo"), typeof(string), typeof(uint), typeof(uint), typeof(uint), typeof(string),
        typeof(string), typeof(string)));

    static readonly Member<MethodInfo> s_setVersionInfo = new("ModelSaveContext.SetVersionInfo",
        () => typeof(ModelSaveContext).GetMethod("SetVersionInfo", AnyMember));

    static readonly Member<FieldInfo> s_writer = new("ModelSaveContext.Writer",
        () => FieldOf<BinaryWriter>(typeof(ModelSaveContext), "Writer"));

    static readonly Member<FieldInfo> s_reader = new("ModelLoadContext.Reader",
        () => FieldOf<BinaryReader>(Hidden("Microsoft.ML.ModelLoadContext"), "Reader"));

    static readonly Member<Type> s_signatureLoadModel = new("SignatureLoadModel", () => Hidden("Microsoft.ML.SignatureLoadModel"));

    static readonly Member<ConstructorInfo> s_loadableClass = new("LoadableClassAttribute(Type, Type, Type, Type, string, string[])",
        () => Constructor(Hidden("Microsoft.ML.LoadableClassAttribute"), typeof(Type), typeof(Type), typeof(Type), typeof(Type),
        typeof(string), typeof(string[])));

    static readonly Member<ConstructorInfo> s_loadableClassInfo =
        new("ComponentCatalog.LoadableClassInfo(…, MethodInfo create, bool requireEnvironment)",
        () => typeof(ComponentCatalog).GetNestedType("LoadableClassInfo", AnyMember)?.GetConstructors(AnyMember)
        .SingleOrDefault(c => c.GetParameters().Length == 5));

    static readonly Member<MethodInfo> s_addClass = new("ComponentCatalog.AddClass(LoadableClassInfo, string[], bool)",
        () => typeof(ComponentCatalog).GetMethod("AddClass", AnyMember));

    // Every reflected member, by the name a maintainer would search for.
    internal static IReadOnlyList<IMember> Members { get; } =
        [s_column, s_versionInfo, s_setVersionInfo, s_writer, s_reader, s_signatureLoadModel, s_loadableClass, s_loadableClassInfo,
        s_addClass];

    // A column of a schema that is not there yet, only promised.
    public static SchemaShape.Column PromisedColumn(string name, SchemaShape.Column.VectorKind kind, DataViewType item, bool isKey = false,
        SchemaShape? annotations = null) =>
        (SchemaShape.Column)s_column.Value.Invoke([name, kind, item, isKey, annotations]);

    /// <summary>Writes one stage's part of a model file; <paramref name="signature"/> names the loader that reads it back.</summary>
    public static void Save(ModelSaveContext to, string signature, Action<BinaryWriter> body)
    {
        ArgumentNullException.ThrowIfNull(to);
        // The assembly by its simple name: a model must load in a later version of ours.
        string assembly = typeof(MlNetReflection).Assembly.GetName().Name!;
        object version = s_versionInfo.Value.Invoke([ModelSignature, LayoutVersion, LayoutVersion, LayoutVersion, assembly, signature,
            null]);
        s_setVersionInfo.Value.Invoke(to, [version]);
        body((BinaryWriter)s_writer.Value.GetValue(to)!);
    }

    /// <summary>Makes <c>ml.Model.Load</c> call <paramref name="load"/> for parts saved under <paramref name="signature"/>.</summary>
    public static void Register<TTransformer>(MLContext ml, string signature, Func<BinaryReader, TTransformer> load)
        where TTransformer : ITransformer
    {
        LoadCall<TTransformer>.Load = load;
        var create = typeof(LoadCall<TTransformer>).GetMethod(nameof(LoadCall<>.Create), AnyMember)!;
        object attribute = s_loadableClass.Value.Invoke([typeof(TTransformer), typeof(LoadCall<TTransformer>), null,
            s_signatureLoadModel.Value, signature, new[] { signature }]);
        object info = s_loadableClassInfo.Value.Invoke([attribute, null, null, create, true]);
        s_addClass.Value.Invoke(ml.ComponentCatalog, [info, new[] { signature }, false]);
    }

    // The static method ML.NET finds and calls; its second argument is a ModelLoadContext, whose type we cannot name.
    static class LoadCall<TTransformer> where TTransformer : ITransformer
    {
        public static Func<BinaryReader, TTransformer>? Load { get; set; }

        public static ITransformer Create(IHostEnvironment environment, object context) =>
            Load!((BinaryReader)s_reader.Value.GetValue(context)!);
    }

    static Type? Hidden(string name) => s_core.GetType(name, throwOnError: false);

    static ConstructorInfo? Constructor(Type? type, params Type[] parameters) => type?.GetConstructor(AnyMember, parameters);

    static FieldInfo? FieldOf<T>(Type? type, string name) => type?.GetField(name, AnyMember) is { } f && f.FieldType == typeof(T) ? f
        : null;

    // A reflected member: found on first use, or a clear failure that names it.
    internal interface IMember
    {
        string Name { get; }

        bool IsThere { get; }
    }

    sealed class Member<T>(string name, Func<T?> find) : IMember where T : class
    {
        readonly Lazy<T?> _found = new(find);

        public string Name => name;

        public bool IsThere => _found.Value is not null;

        public T Value => _found.Value ?? throw MissingDependencyException.For("ML.NET",
            $"version {s_core.GetName().Version} without '{name}'",
            "Microsoft.ML 5.0.1 or one that kept this member", "Use the version of Microsoft.ML that Directory.Packages.props names.");

        public override string ToString() => name;
    }
}
