using System.Linq.Expressions;
using System.Reflection;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Runner.Cli;

/// <summary>The flags of one options record. Each is bound to the property it sets: help shows that property's default, <see cref="Read"/>
/// sets it, and a message of the library that names the property names the flag here.</summary>
abstract class Flags<TOptions>(RunnerCommand command, TOptions defaults) where TOptions : class
{
    readonly List<Func<object, ParseResult, object>> _apply = [];

    protected RunnerCommand Command => command;

    protected TOptions Defaults => defaults;

    // The options as typed: the defaults, or from, and what flags say instead.
    public virtual TOptions Read(ParseResult parse, TOptions? from = null) =>
        (TOptions)_apply.Aggregate((object)(from ?? defaults), (options, apply) => apply(options, parse));

    // A flag of the property's own type. Its default is shown, but for null and off.
    protected Option<T> Bind<T>(string flag, Expression<Func<TOptions, T>> property, string description, string? value = null)
    {
        T standard = property.Compile()(defaults);
        var option = new Option<T>(flag) { Description = description, HelpName = value };
        if ((object?)standard is not (null or false)) option.DefaultValueFactory = _ => standard;
        return Bind(option, property, (parse, o) => parse.GetValue(o)!);
    }

    // A flag that is typed as text; read is called only where something is typed; no default is shown where show gives null.
    protected Option<string?> BindText<T>(string flag, Expression<Func<TOptions, T>> property, string description, string value,
        Func<string, T> read,
        Func<T, string>? show = null)
    {
        var option = new Option<string?>(flag) { Description = description, HelpName = value };
        if (show is not null)
        {
            string standard = show(property.Compile()(defaults));
            option.DefaultValueFactory = _ => standard;
        }
        return Bind(option, property, (parse, o) => read(parse.GetValue(o)!), typedOnly: true);
    }

    // Another property that a flag typed as text sets.
    protected void AlsoText<T>(Option<string?> option, Expression<Func<TOptions, T>> property, Func<string, T> read) =>
        Apply(option, property, (parse, o) => read(parse.GetValue(o)!), (parse, o) => parse.GetResult(o) is { Implicit: false });

    // A flag that may be repeated; without it the default stays.
    protected Option<string[]> BindList<T>(string flag, Expression<Func<TOptions, T>> property, string description, string value,
        Func<string[], T> read) =>
        Bind(new Option<string[]>(flag) { Description = description, HelpName = value, DefaultValueFactory = _ => [] }, property,
            (parse, o) => read(parse.GetValue(o)!), typedOnly: true);

    // --video: the videos to which a command keeps.
    protected Option<string[]> BindVideos<T>(Expression<Func<TOptions, T>> property) where T : IEnumerable<string>? =>
        BindList("--video", property, "Only this video; may be repeated.", "ID", ids => (T)(object)ids);

    // A flag that turns off what is on by default.
    protected Option<bool> BindOff(string flag, Expression<Func<TOptions, bool>> property, string description) =>
        Bind(new Option<bool>(flag) { Description = description }, property, (parse, o) => !parse.GetValue(o));

    // A flag that leaves a part out.
    protected Option<bool> BindOut<T>(string flag, Expression<Func<TOptions, T?>> property, string description) where T : class =>
        Bind(new Option<bool>(flag) { Description = description }, property, (_, _) => null, (parse, o) => parse.GetValue(o));

    // A size in pixels, which sets two properties.
    protected Option<string?> BindSize(string flag, Expression<Func<TOptions, int>> width, Expression<Func<TOptions, int>> height,
        string description)
    {
        string standard = SizeText.Of(width.Compile()(defaults), height.Compile()(defaults));
        var option = new Option<string?>(flag) { Description = description, HelpName = "SIZE", DefaultValueFactory = _ => standard };
        Bind(option, width, (parse, o) => SizeText.Parse(parse.GetValue(o)!, flag).Width);
        Apply(option, height, (parse, o) => SizeText.Parse(parse.GetValue(o)!, flag).Height);
        return option;
    }

    // The device that runs the models.
    protected Option<string?> BindDevice(Expression<Func<TOptions, Onnx.Runtime.Device>> property) =>
        BindText("--device", property, "What runs the models: cpu, cuda, cuda:N, dml, dml:N. Fails when it is not there.", "DEVICE",
            Onnx.Runtime.Device.Parse, d => d.ToString());

    // --centre, of every predictor that the options have.
    protected Option<double> AddCentre()
    {
        var option = new Option<double>("--centre")
        {
            Description = "Part of a centre prior in predicted maps, 0 (none) to 1.",
            HelpName = "PART",
            DefaultValueFactory = _ => new AttentionPredictorOptions().CentreWeight,
        };
        command.Add(option);
        command.Bind(option.Name, OptionName.Of<AttentionPredictorOptions>(nameof(AttentionPredictorOptions.CentreWeight)));
        return option;
    }

    Option<TTyped> Bind<TTyped, T>(Option<TTyped> option, Expression<Func<TOptions, T>> property, Func<ParseResult, Option<TTyped>, T> read,
        Func<ParseResult, Option<TTyped>, bool>? when = null)
    {
        command.Add(option);
        Apply(option, property, read, when);
        return option;
    }

    Option<TTyped> Bind<TTyped, T>(Option<TTyped> option, Expression<Func<TOptions, T>> property, Func<ParseResult, Option<TTyped>, T> read,
        bool typedOnly) =>
        Bind(option, property, read, typedOnly ? (parse, o) => parse.GetResult(o) is { Implicit: false } : null);

    void Apply<TTyped, T>(Option<TTyped> option, Expression<Func<TOptions, T>> property, Func<ParseResult, Option<TTyped>, T> read,
        Func<ParseResult, Option<TTyped>, bool>? when = null)
    {
        PropertyInfo[] path = [.. Path(property.Body).Reverse()];
        command.Bind(option.Name, new OptionName(path[^1].DeclaringType, path[^1].Name));
        _apply.Add((options, parse) => when is null || when(parse, option) ? With(options, path, read(parse, option)) : options);
    }

    // o.A.B is B, then A.
    static IEnumerable<PropertyInfo> Path(Expression? body)
    {
        for (; body is MemberExpression { Member: PropertyInfo property } at; body = at.Expression) yield return property;
    }

    // The record with one property set, and the records on the way to it copied.
    static object With(object record, ReadOnlySpan<PropertyInfo> path, object? value)
    {
        object copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        path[0].SetValue(copy, path.Length == 1 ? value : With(path[0].GetValue(record)!, path[1..], value));
        return copy;
    }

    // Leaves rare flags to --help advanced.
    protected static void Rare(params Option[] options)
    {
        foreach (Option option in options) option.Hidden = true;
    }

    protected static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}

// Options that are parameters of a job.
static class Flag
{
    public static Option<string> Needed(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Required = true };

    public static Option<string?> Maybe(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    public static Option<string> Data() => Needed("--data", "DIR",
        "The data folder (video_scene_cuts, keyword_masks, attention_heatmap, keywords.csv), or the folder that has it as data/.");

    public static Option<string> Out(string description) => Needed("--out", "DIR", description);

    public static Option<string?> Model() => Maybe("--model", "BUNDLE", "The model bundle; the bundled tiny model by default.");
}
