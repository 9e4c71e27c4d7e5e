using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Convert(device, dtype);

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                Convert(new Device(deviceType, deviceIndex), null);

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking) => Convert(null, dtype);

            /// <summary>Replaces parameters and buffers, also in the fields that hold them. Only floats change their type.</summary>
            private Module Convert(Device? device, ScalarType? dtype)
            {
                if (dtype is { } type && !torch.is_floating_point(type))
                    throw new ArgumentException($"nn.Module.to only accepts floating point types, but got desired dtype={type}");
                Dictionary<string, FieldInfo> fields = [];
                foreach (FieldInfo field in Fields(GetType()))
                    fields.TryAdd(field.ComponentName(), field);
                foreach ((string name, Parameter old) in named_parameters(recurse: false).ToList())
                    if (Moved(old, device, dtype) is { } data)
                    {
                        Parameter moved = new(data, old.requires_grad);
                        _internal_params[name] = moved;
                        Replace(name, old, moved);
                    }
                foreach ((string name, (Tensor old, bool persistent)) in _internal_buffers.ToList())
                    if (Moved(old, device, dtype) is { } moved)
                    {
                        _internal_buffers[name] = (moved, persistent);
                        Replace(name, old, moved);
                    }
                foreach ((_, Module child) in named_children())
                    child.Convert(device, dtype);
                return this;

                void Replace(string name, Tensor old, Tensor moved)
                {
                    if (fields.TryGetValue(name, out FieldInfo? field) && ReferenceEquals(field.GetValue(this), old))
                        field.SetValue(this, moved);
                    old.Dispose();
                }
            }

            private static Tensor? Moved(Tensor old, Device? device, ScalarType? dtype)
            {
                ScalarType type = dtype is { } wanted && old.is_floating_point() ? wanted : old.dtype;
                Device place = device ?? old.device;
                if (type == old.dtype && place.type == old.device_type && (place.index < 0 || place.index == old.device_index))
                    return null;
                using IDisposable _ = no_grad();
                return old.to(type, place).DetachFromDisposeScope();
            }
        }
    }
}

/// <summary>Moving modules to other devices and types. The module itself is changed and given back.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(type, non_blocking);

    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device, type, non_blocking);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(deviceType, deviceIndex, non_blocking);

    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device.type, device.index, non_blocking);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(new torch.Device(device), non_blocking);

    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(DeviceType.CPU, -1, non_blocking);
}
