namespace Alignment.MLNet.Dataset;

/// <summary>A scene that could not be edited or measured, or a whole video (no scene), and why: found, expected, next step.</summary>
public sealed record SceneFailure(string VideoId, string SceneId, string Reason);
