//! Points that Python hands over: any array of two or three columns, copied into columns of our own.

use std::borrow::Cow;

use numpy::{Element, PyArray2, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::intern;
use pyo3::prelude::*;

use super::column::{kind_of, refusal};
use crate::ecs::distance::{Points, Real};
use crate::error::{Error, Fault};

/// The device number of main memory, and of memory that a GPU shares with it, in DLPack.
const HOST: [i64; 2] = [1, 3];
/// The most points that are taken: neighbours are numbered with 32 bits inside.
const MOST_POINTS: usize = 1 << 31;

/// Points in the precision in which they came.
pub(crate) enum AnyPoints {
    Wide(Points<f64>),
    Narrow(Points<f32>),
}

impl AnyPoints {
    /// Reads points; `name` is what faults call them.
    pub(crate) fn read(name: &'static str, given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let array = as_array(name, given)?;
        let py = given.py();
        let shape: Vec<usize> = array.getattr(intern!(py, "shape"))?.extract()?;
        let dtype = array.getattr(intern!(py, "dtype"))?;
        let kind: char = dtype.getattr(intern!(py, "kind"))?.extract()?;
        let width: usize = dtype.getattr(intern!(py, "itemsize"))?.extract()?;
        match (shape.as_slice(), kind) {
            // NumPy makes one dimension of an empty list.
            ([0], _) => Ok(Self::Wide(Points::default())),
            ([count, _], _) if *count > MOST_POINTS => {
                Err(refused(name, format!("{count} points"), format!("at most {MOST_POINTS}")))
            }
            ([_, 2 | 3], 'f') if width <= 4 => columns(name, &array, "f4").map(Self::Narrow),
            ([_, 2 | 3], 'f' | 'i' | 'u') => columns(name, &array, "f8").map(Self::Wide),
            ([_, 2 | 3], _) => Err(refused(name, format!("{} of {dtype}", kind_of(given)), "numbers")),
            _ => {
                let value = format!("{} of shape {shape:?}", kind_of(given));
                Err(refused(name, value, "an array of shape (n, 2) or (n, 3)"))
            }
        }
    }

    /// The points in double precision.
    pub(crate) fn wide(&self) -> Cow<'_, Points<f64>> {
        match self {
            Self::Wide(points) => Cow::Borrowed(points),
            Self::Narrow(points) => {
                let wide = |column: &Vec<f32>| column.iter().copied().map(f64::from).collect();
                let (x, y, z) = (wide(&points.x), wide(&points.y), points.z.as_ref().map(wide));
                Cow::Owned(Points { x, y, z })
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Wide(points) => points.len(),
            Self::Narrow(points) => points.len(),
        }
    }

    fn dimensions(&self) -> usize {
        match self {
            Self::Wide(points) => points.dimensions(),
            Self::Narrow(points) => points.dimensions(),
        }
    }
}

/// Points and the places that ask for them, if these are others, in one precision.
pub(crate) enum Alike<'a> {
    Wide(Cow<'a, Points<f64>>, Option<Cow<'a, Points<f64>>>),
    Narrow(&'a Points<f32>, Option<&'a Points<f32>>),
}

impl<'a> Alike<'a> {
    /// The two in single precision if both are, else in double precision. `name` is what faults call the places.
    pub(crate) fn of(
        points: &'a AnyPoints,
        places: Option<&'a AnyPoints>,
        name: &'static str,
    ) -> PyResult<Self> {
        if let Some(places) = places.filter(|places| places.dimensions() != points.dimensions()) {
            let value = format!("points of {} coordinates", places.dimensions());
            return Err(refused(name, value, format!("{}, as the others have", points.dimensions())));
        }
        Ok(match (points, places) {
            (AnyPoints::Narrow(points), None) => Self::Narrow(points, None),
            (AnyPoints::Narrow(points), Some(AnyPoints::Narrow(places))) => {
                Self::Narrow(points, Some(places))
            }
            _ => Self::Wide(points.wide(), places.map(AnyPoints::wide)),
        })
    }
}

pub(crate) fn refused(name: &'static str, value: impl ToString, wanted: impl ToString) -> PyErr {
    Error::Input(Fault::column(name, "", value.to_string(), wanted.to_string()).into()).into()
}

/// The array that is meant: as it is, from another library's memory by DLPack, or what NumPy makes of it.
fn as_array<'py>(name: &'static str, given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = given.py();
    if given.is_exact_instance_of::<PyUntypedArray>() {
        return Ok(given.clone());
    }
    // `numpy.asarray` would silently drop the mask.
    if given.hasattr(intern!(py, "mask"))? && given.hasattr(intern!(py, "filled"))? {
        return Err(refused(name, "a masked array", "an array of shape (n, 2) or (n, 3)"));
    }
    let on_device = |device: String| {
        let wanted = "an array in main memory: call .get() (CuPy), .cpu().numpy() (PyTorch) or \
                      jax.device_get(...) (JAX) first";
        Err(refused(name, format!("{} on {device}", kind_of(given)), wanted))
    };
    if let Some(method) = given.getattr_opt(intern!(py, "__dlpack_device__"))? {
        // Whoever answers with anything else does not speak DLPack.
        let device = method.call0()?.extract::<(i64, i64)>();
        if let Ok((kind, number)) = device
            && !HOST.contains(&kind)
        {
            return on_device(format!("a GPU (DLPack device {kind}, number {number})"));
        }
        let numpy = py.import(intern!(py, "numpy"))?;
        // What speaks DLPack and has nothing that DLPack can say (strings, say) is NumPy's to judge.
        if let Ok(array) = numpy.call_method1(intern!(py, "from_dlpack"), (given,)) {
            return Ok(array);
        }
    }
    if given.hasattr(intern!(py, "__cuda_array_interface__"))? {
        return on_device("a GPU (it has __cuda_array_interface__)".to_owned());
    }
    let numpy = py.import(intern!(py, "numpy"))?;
    numpy.call_method1(intern!(py, "asarray"), (given,)).or_else(|error| {
        let why = refusal(py, error)?;
        let value = format!("{} that NumPy makes no array of ({why})", kind_of(given));
        Err(refused(name, value, "an array of shape (n, 2) or (n, 3)"))
    })
}

/// The columns of an array of this type; of one that is otherwise, a copy is made first.
fn columns<T: Real + Element>(
    name: &'static str,
    array: &Bound<'_, PyAny>,
    dtype: &str,
) -> PyResult<Points<T>> {
    let py = array.py();
    let array = match array.cast::<PyArray2<T>>() {
        Ok(array) if array.is_aligned() => array.clone(),
        _ => {
            let numpy = py.import(intern!(py, "numpy"))?;
            numpy.call_method1(intern!(py, "require"), (array, dtype, "A"))?.cast_into::<PyArray2<T>>()?
        }
    };
    let Ok(held) = array.try_readonly() else {
        return Err(refused(name, "an array that is being written to", "an array at rest"));
    };
    let view = held.as_array();
    let points = match (held.as_slice(), view.ncols()) {
        (Ok(rows), 2) => {
            let column = |axis: usize| rows.as_chunks::<2>().0.iter().map(|row| row[axis]).collect();
            Points { x: column(0), y: column(1), z: None }
        }
        _ => {
            let column = |axis: usize| view.column(axis).iter().copied().collect::<Vec<T>>();
            Points { x: column(0), y: column(1), z: (view.ncols() == 3).then(|| column(2)) }
        }
    };
    // First whether all are: that needs no branch for each.
    let finite = |value: &T| value.wide().is_finite();
    let fault = |column: &Vec<T>| match column.iter().fold(true, |all, value| all & finite(value)) {
        true => None,
        false => column.iter().position(|value| !finite(value)),
    };
    let columns = [Some(&points.x), Some(&points.y), points.z.as_ref()].into_iter().flatten();
    if let Some(row) = columns.filter_map(fault).min() {
        let numbers: Vec<f64> = view.row(row).iter().map(|value| value.wide()).collect();
        let fault = Fault::value(name, "", row, format!("{numbers:?}"), "finite coordinates");
        return Err(Error::Input(fault.into()).into());
    }
    Ok(points)
}
