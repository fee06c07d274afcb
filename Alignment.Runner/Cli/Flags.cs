using System.CommandLine;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace Alignment.Runner.Cli;

/// <summary>
/// The flags of one options record. Each is bound to the property it sets: help shows that property's default, <see cref="Read"/> sets it,
/// and a message of the library that names the property names the flag here.
/// </summary>
abstract class Flags<TOptions>(RunnerCommand command, TOptions defaults) where TOptions : class
{
    readonly List<Func<object, ParseResult, object>> _apply = [];

    protected RunnerCommand Command => command;

    protected TOptions Defaults => defaults;

    /// <summary>The options as typed: the defaults, and what flags say instead.</summary>
    /// <param name="parse">What was typed.</param>
    /// <param name="from">In place of the defaults.</param>
    public virtual TOptions Read(ParseResult parse, TOptions? from = null) =>
        (TOptions)_apply.Aggregate((object)(from ?? defaults), (options, apply) => apply(options, parse));

    /// <summary>A flag of the property's own type. Its default is shown, but for null and off.</summary>
    protected Option<T> Bind<T>(string flag, Expression<Func<TOptions, T>> property, string description, string? value = null)
    {
        T standard = property.Compile()(defaults);
        var option = new Option<T>(flag) { Description = description, HelpName = value };
        if ((object?)standard is not (null or false)) option.DefaultValueFactory = _ => standard;
        return Bind(option, property, (parse, o) => parse.GetValue(o)!);
    }

    /// <summary>A flag that is typed as text.</summary>
    /// <param name="flag">Its name.</param>
    /// <param name="property">What it sets.</param>
    /// <param name="description">For help.</param>
    /// <param name="value">How help calls the text.</param>
    /// <param name="read">From the text; not called where nothing is typed.</param>
    /// <param name="show">The default as one would type it; null shows none.</param>
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

    /// <summary>Another property that a flag typed as text sets.</summary>
    protected void AlsoText<T>(Option<string?> option, Expression<Func<TOptions, T>> property, Func<string, T> read) =>
        Apply(option, property, (parse, o) => read(parse.GetValue(o)!), (parse, o) => parse.GetResult(o) is { Implicit: false });

    /// <summary>A flag that may be repeated; without it the default stays.</summary>
    protected Option<string[]> BindList<T>(string flag, Expression<Func<TOptions, T>> property, string description, string value,
        Func<string[], T> read) =>
        Bind(new Option<string[]>(flag) { Description = description, HelpName = value, DefaultValueFactory = _ => [] }, property,
            (parse, o) => read(parse.GetValue(o)!), typedOnly: true);

    /// <summary><c>--video</c>: the videos to which a command keeps.</summary>
    protected Option<string[]> BindVideos<T>(Expression<Func<TOptions, T>> property) where T : IEnumerable<string>? =>
        BindList("--video", property, "Only this video; may be repeated.", "ID", ids => (T)(object)ids);

    /// <summary>A flag that turns off what is on by default.</summary>
    protected Option<bool> BindOff(string flag, Expression<Func<TOptions, bool>> property, string description) =>
        Bind(new Option<bool>(flag) { Description = description }, property, (parse, o) => !parse.GetValue(o));

    /// <summary>A flag that leaves a part out.</summary>
    protected Option<bool> BindOut<T>(string flag, Expression<Func<TOptions, T?>> property, string description) where T : class =>
        Bind(new Option<bool>(flag) { Description = description }, property, (_, _) => null, (parse, o) => parse.GetValue(o));

    /// <summary>A size in pixels, which sets two properties.</summary>
    protected Option<string?> BindSize(string flag, Expression<Func<TOptions, int>> width, Expression<Func<TOptions, int>> height,
        string description)
    {
        string standard = SizeText.Of(width.Compile()(defaults), height.Compile()(defaults));
        var option = new Option<string?>(flag) { Description = description, HelpName = "SIZE", DefaultValueFactory = _ => standard };
        Bind(option, width, (parse, o) => SizeText.Parse(parse.GetValue(o)!, flag).Width);
        Apply(option, height, (parse, o) => SizeText.Parse(parse.GetValue(o)!, flag).Height);
        return option;
    }

    /// <summary>The device that runs the models.</summary>
    protected Option<string?> BindDevice(Expression<Func<TOptions, Onnx.Runtime.Device>> property) =>
        BindText("--device", property, "What runs the models: cpu, cuda, cuda:N, dml, dml:N. Fails when it is not there.", "DEVICE",
            Onnx.Runtime.Device.Parse, d => d.ToString());

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

    /// <summary>o.A.B is B, then A.</summary>
    static IEnumerable<PropertyInfo> Path(Expression? body)
    {
        for (; body is MemberExpression { Member: PropertyInfo property } at; body = at.Expression) yield return property;
    }

    /// <summary>The record with one property set, and the records on the way to it copied.</summary>
    static object With(object record, ReadOnlySpan<PropertyInfo> path, object? value)
    {
        object copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        path[0].SetValue(copy, path.Length == 1 ? value : With(path[0].GetValue(record)!, path[1..], value));
        return copy;
    }

    /// <summary>Leaves rare flags to <c>--help advanced</c>.</summary>
    protected static void Rare(params Option[] options)
    {
        foreach (Option option in options) option.Hidden = true;
    }

    protected static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>Options that are parameters of a job.</summary>
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
