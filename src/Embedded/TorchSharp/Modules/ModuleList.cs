using System.Collections;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules in a list; their names are their numbers.</summary>
        public class ModuleList<T>(params T[] modules) : torch.nn.Module(nameof(ModuleList<T>)), IList<T> where T : torch.nn.Module
        {
            private readonly List<T> _list = [.. modules];
            private bool _listed;

            public int Count => _list.Count;

            public bool IsReadOnly => false;

            public T this[int index]
            {
                get => _list[index];
                set => _list[index] = value;
            }

            public void Add(T item) => _list.Add(item);
            public void append(params T[] parameters) => _list.AddRange(parameters);
            public void extend(IEnumerable<T> modules) => _list.AddRange(modules);
            public void Insert(int index, T item) => _list.Insert(index, item);
            public bool Remove(T item) => _list.Remove(item);
            public void RemoveAt(int index) => _list.RemoveAt(index);
            public void Clear() => _list.Clear();
            public bool Contains(T item) => _list.Contains(item);
            public int IndexOf(T item) => _list.IndexOf(item);
            public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);
            public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();
            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            /// <summary>Called when the list becomes part of another module: what is added later is not registered.</summary>
            protected override void RegisterComponents()
            {
                if (_listed)
                    return;
                for (int i = 0; i < _list.Count; i++)
                    register_module(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _list[i]);
                _listed = true;
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
